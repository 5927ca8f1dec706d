import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aJpeg, aPng } from '../builders/a-picture.ts';
import { aScannedViewer, type ScannedViewer } from '../builders/a-scanned-viewer.ts';

const serial = 'SERIAL-1ZNBJ3T00C00QK';
const exif = {
  IFD0: { Make: 'Canon', Model: 'Canon EOS R5', Artist: '<script>alert(1)</script>' },
  IFD2: { BodySerialNumber: serial, ISOSpeedRatings: '200' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '61/1 29/1 52/1', GPSLongitudeRef: 'E', GPSLongitude: '23/1 45/1 40/1' },
};

let viewer: ScannedViewer;
beforeAll(async () => {
  const twin = await aJpeg({ widthPx: 320, heightPx: 240, seed: 5 });
  viewer = await aScannedViewer({
    'tagged.jpg': await aJpeg({ widthPx: 480, heightPx: 320, seed: 1, exif }),
    'twin-1.jpg': twin,
    'twin-2.jpg': twin,
    'twin-smaller.jpg': await aJpeg({ widthPx: 320, heightPx: 240, seed: 5, quality: 70 }),
    'other.png': await aPng({ widthPx: 200, heightPx: 300, seed: 9 }),
    'cut.jpg': twin.subarray(0, 2000),
    'notes.txt': 'no picture',
  });
});
afterAll(() => viewer?.close());

describe('one file', () => {
  test('is told with what each level would send, and no more bits than a level allows', async () => {
    const told = await viewer.call('getLocalItem', { key: viewer.keyOf('tagged.jpg') });
    expect(told).toMatchObject({
      item: { path: 'tagged.jpg', state: 'queued', width: 480, height: 320, format: 'jpeg' },
      folder: viewer.scanned.folder,
      generation: 1,
      why: 'The cloud has not been reached yet; it leaves when it is.',
    });
    expect(told.gps?.lat).toBeCloseTo(61.4978, 3);
    expect(told.levels.map(({ level, is_current, bits }) => [level, is_current, bits])).toEqual([
      ['minimal', false, 0],
      ['standard', true, 282],
      ['rich', false, 402],
    ]);
    for (const { bits, budget_bits, body } of told.levels) {
      expect(bits).toBeLessThanOrEqual(budget_bits);
      expect(body).not.toContain(serial);
    }
    const [minimal, standard, rich] = told.levels.map(({ body }) => JSON.parse(body));
    expect(minimal.reference_id).toMatch(/^p_[0-9a-f]{32}$/);
    expect(JSON.stringify(minimal)).not.toContain('tagged');
    expect([standard.reference_id, standard.metadata.lat, rich.metadata.lat]).toEqual(['tagged.jpg', undefined, 61.45]);
  });

  test('shows every tag of the file, what never leaves among them', async () => {
    const { groups } = await viewer.call('getTags', { key: viewer.keyOf('tagged.jpg') });
    const tags = new Map(
      groups.flatMap(({ group, tags }) => tags.map(({ name, value }) => [`${group} ${name}`, value])),
    );
    expect(tags.get('Picture Artist')).toBe('<script>alert(1)</script>');
    expect([...tags.values()]).toContain(serial);
    expect([...tags.keys()].filter((name) => name.startsWith('Position')).length).toBeGreaterThan(2);
    expect(
      (await viewer.call('getTags', { key: viewer.keyOf('other.png') })).groups.map(({ group }) => group),
    ).toContain('PNG header');
  });

  test('that changed on disk has no tags to show', async () => {
    const path = join(viewer.scanned.folder, 'changing.jpg');
    writeFileSync(path, await aJpeg({ widthPx: 64, heightPx: 48, seed: 77, exif }));
    await viewer.scanned.pipeline.recheck('main', Buffer.from('changing.jpg'));
    const key = viewer.keyOf('changing.jpg');
    expect((await viewer.call('getTags', { key })).groups.length).toBeGreaterThan(0);
    writeFileSync(path, 'something else');
    expect(await viewer.call('getTags', { key })).toMatchObject({ status: 415, code: 'unsupported-media-type' });
    await rm(path);
  });

  test.each(['0'.repeat(32), 'x', ''])('that is not there: %j', async (key) => {
    expect(await viewer.call('getLocalItem', { key })).toMatchObject({ status: 404 });
    expect(await viewer.call('getTags', { key })).toMatchObject({ status: 404 });
  });
});

describe('exceptions', () => {
  test('are read again when somebody asks, and leave the list when they can be read', async () => {
    const { exceptions } = await viewer.call('pageExceptions', { body: { offset: 0, limit: 10 } });
    expect(exceptions.map(({ path, code }) => [path, code]).toSorted()).toEqual([
      ['cut.jpg', 'truncated'],
      ['notes.txt', 'unsupported-format'],
    ]);
    const key = viewer.keyOf('cut.jpg');
    expect(await viewer.call('retryExceptions', { body: { key } })).toEqual({ retried: 1, catalogued: 0 });
    // as a newer decoder would: the file is as it was, and its row says that it could not be read
    viewer.scanned.state
      .prepare(
        "update items set status = 'exception', exception_code = 'crashed', facts = null, strikes = 3 where reference_id = 'other.png'",
      )
      .run();
    expect(await viewer.call('retryExceptions', { body: { source: 'main' } })).toEqual({ retried: 3, catalogued: 1 });
    expect((await viewer.call('getLocalItem', { key: viewer.keyOf('other.png') })).item.state).toBe('queued');
    expect((await viewer.call('pageExceptions', { body: { offset: 0, limit: 10 } })).total).toBe(2);
  });
  test('of a suspended source are left alone', async () => {
    viewer.scanned.state.exec("update sources set state = 'suspended', reason = 'root-missing'");
    expect(await viewer.call('retryExceptions', { body: { source: 'main' } })).toMatchObject({
      status: 503,
      code: 'source-suspended',
    });
    viewer.scanned.state.exec("update sources set state = 'live', reason = 'none'");
  });
});

describe('duplicates', () => {
  const groups = async (threshold: number) => {
    const body = { offset: 0, limit: 20, threshold };
    await expect
      .poll(async () => (await viewer.call('findDuplicates', { body })).state, { timeout: 10_000 })
      .toBe('done');
    const found = await viewer.call('findDuplicates', { body });
    expect(found.compared).toBe(found.hashes);
    return found.groups.map(({ size, is_exact, items }) => ({
      size,
      is_exact,
      paths: items.map(({ path }) => path).toSorted(),
    }));
  };
  test('are grouped by what they look like', async () => {
    const twins = { size: 3, is_exact: false, paths: ['twin-1.jpg', 'twin-2.jpg', 'twin-smaller.jpg'] };
    expect(await groups(8)).toEqual([twins]);
  });
  test('that are the same bytes say so', async () => {
    viewer.scanned.state.exec(
      "update items set facts = json_set(facts, '$.phash', printf('%064d', 0)) where reference_id = 'twin-smaller.jpg'",
    );
    expect(await groups(0)).toEqual([{ size: 2, is_exact: true, paths: ['twin-1.jpg', 'twin-2.jpg'] }]);
  });
});

describe('held deletions', () => {
  test('are listed and happen only as often as the person saw', async () => {
    const hold = viewer.scanned.state.prepare(
      'insert into held_deletions (source_no, item_key, since_ms) select source_no, item_key, 1764000000000 from items where reference_id = ?',
    );
    const miss = viewer.scanned.state.prepare(
      "update items set presence = 'missing', missing_since_ms = 1 where reference_id = ?",
    );
    for (const id of ['twin-1.jpg', 'twin-2.jpg']) {
      miss.run(id);
      hold.run(id);
    }
    const key = viewer.keyOf('twin-1.jpg');
    expect((await viewer.call('getLocalItem', { key })).why).toContain('waits for a person');
    const page = await viewer.call('pageHeldDeletions', { body: { source: 'main', offset: 0, limit: 1 } });
    expect(page).toEqual({
      total: 2,
      held: [{ path: 'twin-1.jpg', reference_id: 'twin-1.jpg', since: '2025-11-24T16:00:00.000Z' }],
    });
    expect(await viewer.call('confirmHeldDeletions', { body: { source: 'main', expected: 1 } })).toMatchObject({
      status: 409,
      code: 'conflict',
    });
    expect((await viewer.call('pageHeldDeletions', { body: { source: 'main', offset: 0, limit: 1 } })).total).toBe(2);
    expect(await viewer.call('confirmHeldDeletions', { body: { source: 'main', expected: 2 } })).toEqual({
      confirmed: 2,
    });
    expect(viewer.scanned.items().filter(({ presence }) => presence === 'tombstone')).toHaveLength(2);
  });
});
