import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { type ChunkLimits, countLines, type LineChunk, type LinePlace, readLines } from './read-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'read-lines-'));
const path = join(folder, 'lines');
afterAll(() => rmSync(folder, { recursive: true }));
const limits: ChunkLimits = { lines: 3, bytes: 40, lineBytes: 200_000 };

const readAll = async (from: LinePlace = { offset: 0, line: 1 }, over: Partial<ChunkLimits> = {}) => {
  const chunks: LineChunk[] = [];
  for await (const chunk of readLines(path, from, { ...limits, ...over })) chunks.push(chunk);
  return chunks;
};
const textsOf = (chunks: LineChunk[]): string[] =>
  chunks.flatMap(({ lines }) => lines.map(({ number, bytes }) => `${number}:${bytes.toString()}`));

test('whatever the file holds, every chunk border is a place to go on from', async () => {
  const line = fc.oneof(fc.constantFrom('', ' ', '\r', 'ä', '{"a":1}'), fc.string({ maxLength: 60 }));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 30 }), async (lines) => {
      const text = lines.map((each) => each.replaceAll('\n', '')).join('\n');
      writeFileSync(path, text);
      const expected = text
        .split('\n')
        .map((each, index) => ({ each, number: index + 1 }))
        .filter(({ each }) => [...Buffer.from(each)].some((byte) => byte > 0x20))
        .map(({ each, number }) => `${number}:${each}`);
      const chunks = await readAll();
      expect(textsOf(chunks)).toEqual(expected);
      expect(await countLines(path)).toBe(expected.length);
      for (const [index, chunk] of chunks.entries()) {
        expect(await readAll(chunk.next)).toEqual(chunks.slice(index + 1));
      }
    }),
    { numRuns: 150 },
  );
});

test('a line longer than one read is put together, and one beyond the limit is refused', async () => {
  const long = 'x'.repeat(700_000);
  writeFileSync(path, `a\n${long}\nb`);
  expect(textsOf(await readAll(undefined, { lineBytes: 700_000 }))).toEqual(['1:a', `2:${long}`, '3:b']);
  await expect(readAll(undefined, { lineBytes: 699_999 })).rejects.toMatchObject({ code: 'body-too-large' });
});
