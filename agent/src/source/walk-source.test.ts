import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { aDecoderPool, aScannedFolder, numberedJpeg } from '../../../test/builders/a-scanned-folder.ts';
import type { Difference } from './scan-diff.ts';
import { walkSource } from './walk-source.ts';

test('two threads find together what one finds, and what is wrong with the root stops both', async () => {
  const pool = aDecoderPool();
  const place = aScannedFolder(pool);
  onTestFinished(async () => {
    await place.close();
    await pool.close();
  });
  const at = (path: string) => join(place.folder, path);
  for (const path of ['a/1.jpg', 'a/2.jpg', 'b/1.jpg', 'b/2.jpg', 'c.jpg', 'd/1.jpg', '.dot.jpg']) {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), await numberedJpeg(path.length));
  }
  await place.scan();
  for (const path of ['a/new.jpg', 'd/new.jpg', 'b/1.jpg']) writeFileSync(at(path), 'other');
  for (const path of ['a/1.jpg', 'd/1.jpg']) rmSync(at(path));

  const walk = async (splitAt: string | undefined, root = place.folder) => {
    const found: Difference[] = [];
    const result = await walkSource({
      dataDir: place.dataDir,
      sourceNo: 1,
      root,
      include: ['**'],
      exclude: [],
      marker: undefined,
      followLinks: false,
      known: undefined,
      keys: undefined,
      folders: undefined,
      splitAt,
      withSidecars: false,
      threadUrl: new URL('../../dist/source/walk-thread.js', import.meta.url),
      hangMs: 20_000,
      signal: new AbortController().signal,
      onBatch: (differences) => found.push(...differences),
    });
    return { result, found: found.map(({ kind, key }) => `${key} ${kind}`).toSorted() };
  };

  const one = await walk(undefined);
  expect(one.found).toEqual(['a/1.jpg gone', 'a/new.jpg new', 'b/1.jpg changed', 'd/1.jpg gone', 'd/new.jpg new']);
  for (const bound of ['a/', 'b/', 'd/']) expect(await walk(bound)).toEqual(one);
  const nowhere = join(mkdtempSync(join(tmpdir(), 'walk-')), 'gone');
  expect((await walk('b/', nowhere)).result).toEqual({ kind: 'suspended', reason: 'root-missing' });
});
