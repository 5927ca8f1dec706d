import { copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import {
  aDecoderPool,
  aScannedFolder,
  numberedJpeg,
  type ScannedFolder,
} from '../../../test/builders/a-scanned-folder.ts';
import type { SourceConfig } from '../config.ts';
import type { DecoderPool } from '../extract/decoder-pool.ts';
import type { Facts } from '../record/facts.ts';
import { recordOf } from '../state/files.ts';

// each of these decodes or scans several times, and other tests run beside it
vi.setConfig({ testTimeout: 60_000 });

let pool: DecoderPool;
beforeAll(() => {
  pool = aDecoderPool();
});
afterAll(() => pool.close());

/** A folder with three pictures, at level rich. */
async function aPlace(over: Partial<SourceConfig> = {}): Promise<ScannedFolder> {
  const place = aScannedFolder(pool, { level: 'rich', ...over });
  onTestFinished(place.close);
  for (const n of [1, 2, 3]) writeFileSync(join(place.folder, `${n}.jpg`), await numberedJpeg(n));
  return place;
}
const say = (place: ScannedFolder, name: string, said: unknown): void =>
  writeFileSync(join(place.folder, name), typeof said === 'string' ? said : JSON.stringify(said));

/** The custom fields and vector of each record, and what its sidecar has wrong. */
function told(place: ScannedFolder, level: 'standard' | 'rich' = 'rich') {
  const policy = {
    alias: 'main',
    names: 'relative-path',
    fieldsOff: [],
    gpsGrainDegrees: 0.1,
    publicUrl: 'http://a',
  } as const;
  return Object.fromEntries(
    place
      .items()
      .filter(({ presence, status }) => presence === 'live' && status === 'catalogued')
      .map((item) => {
        const record = recordOf(item, JSON.parse(item.facts ?? '') as Facts, { ...policy, level });
        const custom = Object.entries(record.metadata).filter(([key]) => key.startsWith('x_'));
        const fault = (JSON.parse(item.sidecar ?? '{}') as { fault?: string }).fault;
        const vector = record.embedding_info?.embedding_vector;
        return [
          item.path.toString(),
          { ...Object.fromEntries(custom), ...(vector && { vector }), ...(fault && { fault }) },
        ];
      }),
  );
}

test('a record follows the file beside its picture: written, changed, wrong, gone', async () => {
  const place = await aPlace();
  say(place, '1.jpg.json', { x_ward: 'b4', embedding_info: { index_id: 'clip', embedding_vector: [1, 2] } });
  const first = await place.scan();
  expect(first).toMatchObject({ on_disk: 4, catalogued: 3, excluded: 1, exceptions: 0 });
  expect(told(place)).toEqual({ '1.jpg': { x_ward: 'b4', vector: [1, 2] }, '2.jpg': {}, '3.jpg': {} });
  const revisions = () => Object.fromEntries(place.items().map(({ path, revision }) => [path.toString(), revision]));
  expect(revisions()).toEqual({ '1.jpg': 1, '2.jpg': 1, '3.jpg': 1 });

  say(place, '1.jpg.json', { x_ward: 'b5' });
  say(place, '2.jpg.json', '{"x_ward": ');
  say(place, '3.jpg.json', { owner: 'Jane' });
  expect(await place.scan()).toMatchObject({ on_disk: 6, catalogued: 3, excluded: 3, described: 0 });
  expect(told(place)).toEqual({ '1.jpg': { x_ward: 'b5' }, '2.jpg': { fault: 'not-json' }, '3.jpg': {} });
  expect(revisions()).toEqual({ '1.jpg': 2, '2.jpg': 1, '3.jpg': 1 });

  rmSync(join(place.folder, '1.jpg.json'));
  say(place, '2.jpg.json', { x_ward: 'b6' });
  await place.scan();
  expect(told(place)).toEqual({ '1.jpg': {}, '2.jpg': { x_ward: 'b6' }, '3.jpg': {} });
  expect(revisions()).toEqual({ '1.jpg': 3, '2.jpg': 2, '3.jpg': 1 });
  expect(place.outbox().map(({ reference_id: id, revision }) => [id, revision])).toEqual([
    ['1.jpg', 3],
    ['2.jpg', 2],
    ['3.jpg', 1],
  ]);
  await place.scan();
  expect(revisions()).toEqual({ '1.jpg': 3, '2.jpg': 2, '3.jpg': 1 });
});

test('it belongs to the place, not to the content: a copy has none, and a move needs its own', async () => {
  const place = await aPlace();
  say(place, '1.jpg.json', { x_ward: 'b4' });
  await place.scan();
  copyFileSync(join(place.folder, '1.jpg'), join(place.folder, 'copy.jpg'));
  renameSync(join(place.folder, '1.jpg'), join(place.folder, 'moved.jpg'));
  await place.scan();
  expect(told(place)).toMatchObject({ 'copy.jpg': {}, 'moved.jpg': {} });
  renameSync(join(place.folder, '1.jpg.json'), join(place.folder, 'moved.jpg.json'));
  await place.scan();
  expect(told(place)).toMatchObject({ 'copy.jpg': {}, 'moved.jpg': { x_ward: 'b4' } });
});

test('the first file to use a key or an index locks its type in the source', async () => {
  const place = await aPlace();
  say(place, '1.jpg.json', { x_dose: 1, embedding_info: { index_id: 'clip', embedding_vector: [1, 2] } });
  await place.scan();
  say(place, '2.jpg.json', { x_dose: 'much', x_ok: 1, embedding_info: { index_id: 'clip', embedding_vector: [1] } });
  say(place, '3.jpg.json', { x_dose: 2.5, embedding_info: { index_id: 'other', embedding_vector: [1] } });
  await place.scan();
  expect(told(place)).toEqual({
    '1.jpg': { x_dose: 1, vector: [1, 2] },
    '2.jpg': { x_ok: 1, fault: 'other-type' },
    '3.jpg': { x_dose: 2.5, vector: [1] },
  });
});

test('below rich the files are passed over, and read when the level is raised', async () => {
  const place = await aPlace({ level: 'standard' });
  say(place, '1.jpg.json', { x_ward: 'b4' });
  expect(await place.scan()).toMatchObject({ catalogued: 3, excluded: 1, exceptions: 0 });
  expect(place.items()[0]?.sidecar).toBeNull();
  const raised = aScannedFolder(pool, { level: 'rich' }, place);
  onTestFinished(raised.close);
  await raised.scan();
  expect(told(raised)).toMatchObject({ '1.jpg': { x_ward: 'b4' } });
  expect(told(raised, 'standard')).toMatchObject({ '1.jpg': {} });
});
