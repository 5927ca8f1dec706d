import { appendFileSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  aDecoderPool,
  aScannedFolder,
  numberedJpeg,
  type ScannedFolder,
} from '../../../test/builders/a-scanned-folder.ts';
import { floodEvents } from '../../../test/builders/flood-events.ts';
import type { SourceConfig } from '../config.ts';
import type { DecoderPool } from '../extract/decoder-pool.ts';
import { fileStat } from '../source/file-stat.ts';
import type { ScanSummary } from './scan-source.ts';

let pool: DecoderPool;
beforeAll(() => {
  pool = aDecoderPool();
});
afterAll(() => pool.close());

interface Place extends ScannedFolder {
  /** Scans; whatever there is, everything on disk must be accounted for. */
  summary: () => Promise<ScanSummary>;
}

function aPlace(over: Partial<SourceConfig> = {}, at?: ScannedFolder): Place {
  const place = aScannedFolder(pool, over, at);
  onTestFinished(place.close);
  const summary = async () => {
    const found = await place.scan();
    expect(found.on_disk).toBe(found.catalogued + found.excluded + found.exceptions);
    return found;
  };
  return { ...place, summary };
}

describe('policy', () => {
  test('a lower level owes every record anew, and pseudonyms re-key first', async () => {
    const place = aPlace();
    for (const n of [1, 2]) writeFileSync(join(place.folder, `${n}.jpg`), await numberedJpeg(n));
    await place.summary();
    const later = aPlace({ level: 'minimal' }, place);
    await later.summary();
    expect(
      later
        .outbox()
        .filter(({ op }) => op === 'rekey')
        .map((row) => [row.reference_id, row.revision]),
    ).toEqual([
      ['1.jpg', 2],
      ['2.jpg', 2],
    ]);
    expect(Object.keys(later.live()).every((id) => /^p_[0-9a-f]{32}$/.test(id))).toBe(true);
    const puts = later.outbox().filter(({ op }) => op === 'put');
    expect(puts.map(({ op, revision }) => [op, revision])).toEqual([
      ['put', 3],
      ['put', 3],
    ]);
    later.state.prepare('delete from outbox').run(); // the cloud took them
    await later.summary();
    expect(later.outbox()).toEqual([]);
  });
});

describe('watching', () => {
  test('hints bring new, changed, moved and deleted files into the catalogue without a scan', {
    timeout: 60_000,
  }, async () => {
    const place = aPlace();
    void place.pipeline.watch();
    const until = async (isSo: () => boolean) => {
      while (!isSo()) await new Promise(setImmediate);
    };
    await until(() => place.state.prepare('select scan_no from sources').pluck().get() === 1);
    writeFileSync(join(place.folder, 'a.jpg'), await numberedJpeg(1));
    await until(() => place.live()['a.jpg'] === 'a.jpg');
    mkdirSync(join(place.folder, 'deep/er'), { recursive: true });
    renameSync(join(place.folder, 'a.jpg'), join(place.folder, 'deep/er/b.jpg'));
    await until(() => place.live()['a.jpg'] === 'deep/er/b.jpg');
    appendFileSync(join(place.folder, 'deep/er/b.jpg'), 'x');
    await until(() => place.items()[0]?.generation === 2);
    rmSync(join(place.folder, 'deep'), { recursive: true });
    await until(() => place.outbox()[0]?.op === 'delete');
    expect(place.state.prepare('select scan_no from sources').pluck().get()).toBe(1);
  });

  test('after lost events a scan finds at once what they would have told', { timeout: 60_000 }, async () => {
    const place = aPlace({ exclude: ['*.tmp'] });
    mkdirSync(join(place.folder, 'quiet'));
    writeFileSync(join(place.folder, 'quiet/known.jpg'), await numberedJpeg(3));
    void place.pipeline.watch();
    const read = (sql: string) => place.state.prepare(sql).pluck().get();
    while (
      read(`select value from meta where key = 'watch:main'`) !== 'watching' ||
      place.live()['quiet/known.jpg'] === undefined
    )
      await new Promise(setImmediate);
    const bytes = await numberedJpeg(1);
    floodEvents(place.folder);
    writeFileSync(join(place.folder, 'quiet/lost.jpg'), bytes);
    while (place.live()['quiet/lost.jpg'] === undefined) await new Promise(setImmediate);
    expect(read('select scan_no from sources')).toBe(2);
  });

  test('a replacement that left no trace in the file’s status is found by reading a sample again', async () => {
    const place = aPlace();
    const file = join(place.folder, 'a.jpg');
    writeFileSync(file, await numberedJpeg(1));
    await place.summary();
    writeFileSync(file, await numberedJpeg(2));
    // as if the file system had told the old status
    const { dev, ino, size, mtimeMs, ctimeMs } = fileStat(statSync(file));
    place.state
      .prepare('update items set dev = ?, ino = ?, byte_size = ?, mtime_ms = ?, ctime_ms = ?')
      .run(dev, ino, size, mtimeMs, ctimeMs);
    await place.summary();
    expect(place.items()[0]?.generation).toBe(1); // the control: an ordinary scan has nothing to go by
    await place.pipeline.verify();
    expect(place.items()[0]).toMatchObject({ generation: 2, reference_id: 'a.jpg', revision: 2 });
  });
});
