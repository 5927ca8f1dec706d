import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
import { confirmHeldDeletions } from '../state/missing.ts';
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

describe('absence is never inferred from failure', () => {
  async function aFullPlace(count: number): Promise<Place> {
    const place = aPlace();
    mkdirSync(join(place.folder, 'in'));
    for (let n = 0; n < count; n++) writeFileSync(join(place.folder, `in/${n}.jpg`), await numberedJpeg(n));
    await place.summary();
    return place;
  }

  test.each([
    { name: 'missing', reason: 'root-missing', make: () => undefined },
    { name: 'empty and another folder', reason: 'root-empty', make: (folder: string) => mkdirSync(folder) },
    {
      name: 'another folder with other files',
      reason: 'root-swapped',
      make: (folder: string) => {
        mkdirSync(folder);
        writeFileSync(join(folder, 'other'), 'x');
      },
    },
  ])('a root that is $name suspends the source and deletes nothing, until it is back', async ({ reason, make }) => {
    const place = await aFullPlace(3);
    renameSync(place.folder, `${place.folder}-away`);
    make(place.folder);
    expect(await place.scan()).toMatchObject({ suspended: true, reason });
    expect(place.items().map((row) => row.presence)).toEqual(['live', 'live', 'live']);
    rmSync(place.folder, { recursive: true, force: true });
    renameSync(`${place.folder}-away`, place.folder);
    expect(await place.summary()).toMatchObject({ suspended: false, reason: 'none', catalogued: 3 });
  });

  test('a remounted root is recognised by its files', async () => {
    const place = await aFullPlace(3);
    place.state.prepare('update sources set root_ino = root_ino + 1').run();
    expect(await place.summary()).toMatchObject({ suspended: false, catalogued: 3 });
  });

  test('many deletions at once are held until confirmed', async () => {
    const place = await aFullPlace(60);
    rmSync(join(place.folder, 'in'), { recursive: true });
    expect(await place.summary()).toMatchObject({ on_disk: 0, held_deletions: 60 });
    expect(place.outbox().every(({ op }) => op === 'put')).toBe(true);
    expect(await place.summary()).toMatchObject({ held_deletions: 60 });
    expect(confirmHeldDeletions(place.state, 'main')).toBe(60);
    expect(place.outbox().every(({ op }) => op === 'delete')).toBe(true);
    expect(await place.summary()).toMatchObject({ held_deletions: 0 });
  });

  test('held files that come back are not deleted by a confirmation', async () => {
    const place = await aFullPlace(60);
    renameSync(join(place.folder, 'in'), `${place.folder}-in`);
    expect(await place.summary()).toMatchObject({ held_deletions: 60 });
    renameSync(`${place.folder}-in`, join(place.folder, 'in'));
    expect(await place.summary()).toMatchObject({ held_deletions: 0, catalogued: 60 });
    expect(confirmHeldDeletions(place.state, 'main')).toBe(0);
  });

  test('a large move is no deletion', async () => {
    const place = await aFullPlace(60);
    renameSync(join(place.folder, 'in'), join(place.folder, 'out'));
    expect(await place.summary()).toMatchObject({ held_deletions: 0, catalogued: 60 });
    expect(place.live()['in/7.jpg']).toBe('out/7.jpg');
  });

  test('a folder that cannot be listed keeps its records', async ({ skip }) => {
    skip(process.getuid?.() === 0, 'root may list every folder');
    const place = await aFullPlace(3);
    chmodSync(join(place.folder, 'in'), 0);
    onTestFinished(() => chmodSync(join(place.folder, 'in'), 0o700));
    expect(await place.summary()).toMatchObject({ catalogued: 3, unverified: 3 });
  });
});
