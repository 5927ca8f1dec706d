import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  aDecoderPool,
  aScannedFolder,
  numberedJpeg,
  type ScannedFolder,
} from '../../../test/builders/a-scanned-folder.ts';
import type { SourceConfig } from '../config.ts';
import type { DecoderPool } from '../extract/decoder-pool.ts';
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
  test('hints bring new, changed, moved and deleted files into the catalogue without a scan', async () => {
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
});
