import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
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

describe('accounting', () => {
  test('every file on disk is catalogued, excluded or an exception with a reason', async () => {
    const place = aPlace({ exclude: ['skip/**'] });
    mkdirSync(join(place.folder, 'skip'));
    mkdirSync(join(place.folder, '.hidden'));
    const one = await numberedJpeg(1);
    writeFileSync(join(place.folder, 'good.jpg'), one);
    writeFileSync(join(place.folder, 'twin.jpg'), one);
    writeFileSync(
      Buffer.concat([Buffer.from(`${place.folder}/n`), Buffer.from([0xff]), Buffer.from('.jpg')]),
      await numberedJpeg(2),
    );
    writeFileSync(join(place.folder, 'cut.jpg'), one.subarray(0, one.length - 40));
    writeFileSync(join(place.folder, 'empty.jpg'), '');
    writeFileSync(join(place.folder, 'words.txt'), 'words');
    writeFileSync(join(place.folder, 'skip/a.jpg'), one);
    writeFileSync(join(place.folder, '.hidden/a.jpg'), one);
    writeFileSync(join(place.folder, '.dot.jpg'), one);
    symlinkSync('good.jpg', join(place.folder, 'link.jpg'));
    linkSync(join(place.folder, 'good.jpg'), join(place.folder, 'hard.jpg'));

    expect(await place.summary()).toMatchObject({
      on_disk: 10,
      catalogued: 4,
      excluded: 3,
      exceptions: 3,
      not_regular: 1,
    });
    const reasons = place
      .items()
      .filter((row) => row.status === 'exception')
      .map((row) => [row.path.toString(), row.exception_code]);
    expect(reasons).toEqual([
      ['cut.jpg', 'truncated'],
      ['empty.jpg', 'empty'],
      ['words.txt', 'unsupported-format'],
    ]);
    expect(Object.keys(place.live())).toContain('~b/n%FF.jpg');
    expect(place.outbox().map(({ op, revision }) => [op, revision])).toEqual(Array(4).fill(['put', 1]));

    expect(await place.summary()).toMatchObject({ on_disk: 10, catalogued: 4, described: 0, unchanged: 7 });
    expect(place.outbox().every(({ revision }) => revision === 1)).toBe(true);
  });

  test('a record holds what the file says, as displayed', async () => {
    const place = aPlace();
    const turned = await sharp({ create: { width: 100, height: 70, channels: 3, background: '#204080' } })
      .jpeg()
      .withExif({
        IFD0: { Make: 'NIKON CORPORATION', Model: 'D850' },
        IFD2: { DateTimeOriginal: '2024:05:06 07:08:09', OffsetTimeOriginal: '+02:00' },
      })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    writeFileSync(join(place.folder, 'turned.jpg'), turned);
    await place.summary();
    const facts = JSON.parse(place.items()[0]?.facts ?? '{}');
    expect(facts).toMatchObject({ width: 70, height: 100 });
    expect(facts.fields).toMatchObject({
      orientation: 6,
      format: 'jpeg',
      camera_make: 'nikon',
      camera_model: 'd850',
      capture_local: '2024-05-06T07:08:09',
      capture_time: '2024-05-06T05:08:09Z',
    });
  });
});

describe('identity over scans', () => {
  test('moves, swaps and replacements keep ids; a copy is a new item', async () => {
    const place = aPlace();
    for (const n of [1, 2, 3]) writeFileSync(join(place.folder, `${n}.jpg`), await numberedJpeg(n));
    await place.summary();
    mkdirSync(join(place.folder, 'sub'));
    renameSync(join(place.folder, '1.jpg'), join(place.folder, 'sub/one.jpg'));
    const [two, three] = [readFileSync(join(place.folder, '2.jpg')), readFileSync(join(place.folder, '3.jpg'))];
    writeFileSync(join(place.folder, '2.jpg'), three);
    writeFileSync(join(place.folder, '3.jpg'), two);
    writeFileSync(join(place.folder, 'copy.jpg'), three);
    await place.summary();
    expect(place.live()).toEqual({
      '1.jpg': 'sub/one.jpg',
      '2.jpg': '3.jpg',
      '3.jpg': '2.jpg',
      'copy.jpg': 'copy.jpg',
    });
    writeFileSync(join(place.folder, '2.jpg'), await numberedJpeg(9));
    await place.summary();
    expect(place.live()).toMatchObject({ '3.jpg': '2.jpg' });
    expect(place.items().find((row) => row.reference_id === '3.jpg')).toMatchObject({ generation: 2, revision: 3 });
  });

  test('a touched file owes nothing', async () => {
    const place = aPlace();
    writeFileSync(join(place.folder, 'a.jpg'), await numberedJpeg(1));
    await place.summary();
    utimesSync(join(place.folder, 'a.jpg'), 5, 5);
    expect(await place.summary()).toMatchObject({ described: 1 });
    expect(place.items()[0]).toMatchObject({ revision: 1, generation: 1, mtime_ms: 5000 });
  });

  test('a deleted file is told as deleted, and its return brings its item back', async () => {
    const place = aPlace();
    const bytes = await numberedJpeg(1);
    writeFileSync(join(place.folder, 'a.jpg'), bytes);
    writeFileSync(join(place.folder, 'b.jpg'), await numberedJpeg(2));
    await place.summary();
    rmSync(join(place.folder, 'a.jpg'));
    expect(await place.summary()).toMatchObject({ on_disk: 1, catalogued: 1 });
    expect(place.outbox()[0]).toMatchObject({ reference_id: 'a.jpg', op: 'delete', revision: 2 });
    writeFileSync(join(place.folder, 'back.jpg'), bytes);
    await place.summary();
    expect(place.live()).toMatchObject({ 'a.jpg': 'back.jpg' });
    expect(place.outbox()[0]).toMatchObject({ reference_id: 'a.jpg', op: 'put', revision: 3 });
  });

  test('a picture that becomes unreadable as one leaves the cloud and comes back with its id', async () => {
    const place = aPlace();
    const bytes = await numberedJpeg(1);
    writeFileSync(join(place.folder, 'a.jpg'), bytes);
    await place.summary();
    writeFileSync(join(place.folder, 'a.jpg'), 'not a picture');
    expect(await place.summary()).toMatchObject({ catalogued: 0, exceptions: 1 });
    expect(place.outbox()[0]).toMatchObject({ op: 'delete', revision: 2 });
    writeFileSync(join(place.folder, 'a.jpg'), bytes);
    await place.summary();
    expect(place.outbox()[0]).toMatchObject({ reference_id: 'a.jpg', op: 'put', revision: 3 });
  });
});
