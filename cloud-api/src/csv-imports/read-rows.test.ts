import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findDelimiter, readRows } from './read-rows.ts';

describe('rows of a file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'csv-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const path = () => join(folder, 'a.csv');
  const rowsFrom = async (offset: number, rowNo: number) => {
    const rows = [];
    for await (const row of readRows(path(), await findDelimiter(path()), { offset, rowNo })) rows.push(row);
    return rows;
  };

  test.each([
    ['a byte order mark, both line ends, quotes and line breaks', '\uFEFFa,b\r\n1,"x, ""y""\r\nz"\n\n3,é\r\nlast,4'],
    ['semicolons', 'a;b\n"1;2";3\n4;5\n'],
    ['tabs and quotes in the middle', 'a\tb\n1"2\t3\n4\t"5\t6"\n'],
  ])('%s: every row can be the first of the next reading', async (_what, text) => {
    await writeFile(path(), text);
    const all = await rowsFrom(0, 1);
    expect(all.length).toBeGreaterThan(2);
    expect(all[0]?.cells).toEqual(['a', 'b']);
    for (const [i, { nextOffset, rowNo }] of all.entries())
      expect(await rowsFrom(nextOffset, rowNo + 1), `after row ${rowNo}`).toEqual(
        // An empty line between is passed over and counted.
        all.slice(i + 1).map((row) => ({ ...row, rowNo: expect.any(Number) })),
      );
  });

  test('a row without end is refused by its number, in flat memory', async () => {
    const part = 'x'.repeat(1024 * 1024);
    await writeFile(path(), 'a,b\n1,2\n');
    for (let i = 0; i < 64; i += 1) await writeFile(path(), part, { flag: 'a' });
    const before = process.memoryUsage().rss;
    await expect(rowsFrom(0, 1)).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringContaining('Row 3'),
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(40 * 1024 * 1024);
    await writeFile(path(), `a,b\n1,"${part}${part}\n3,4\n`);
    await expect(rowsFrom(0, 1)).rejects.toMatchObject({ message: expect.stringContaining('Row 2') });
  });
});
