/** Uploads that go on where they were cut, become items by the operation of every picture, and leave nothing behind. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { aJpeg, aPng } from '../builders/a-picture.ts';
import { eventually } from '../builders/eventually.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

onEachDatabase('resumable uploads', (open) => {
  let cloud: ACloud;
  let datasetId: string;
  let jpeg: Buffer;
  beforeAll(async () => {
    cloud = await aCloud({
      database: await open(),
      config: { upload_quota_bytes: 40_000_000, upload_max_bytes: 100_000_000 },
    });
    const made = await send(`${cloud.url}/v1/nucleus/dataset/create`, {
      key: cloud.adminKey,
      body: { name: 'uploads' },
    });
    datasetId = made.body.dataset_id;
    jpeg = await aJpeg({ widthPx: 300, heightPx: 200, quality: 95 });
  });
  afterAll(() => cloud.close());

  const begin = (
    name: string,
    bytes: number,
    over: { key?: string; dataset?: string; purpose?: string; body?: Buffer } = {},
  ) =>
    send(`${cloud.url}/v1/uploads`, {
      method: 'POST',
      key: over.key ?? cloud.adminKey,
      ...(over.body === undefined ? {} : { raw: over.body }),
      headers: {
        'tus-resumable': '1.0.0',
        'upload-length': String(bytes),
        'upload-metadata': Object.entries({
          name,
          dataset_id: over.dataset ?? datasetId,
          ...(over.purpose === undefined ? {} : { purpose: over.purpose }),
        })
          .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
          .join(','),
        'content-type': 'application/offset+octet-stream',
      },
    });
  const placeOf = async (name: string, bytes: number, over: Parameters<typeof begin>[2] = {}): Promise<string> => {
    const { status, headers, text } = await begin(name, bytes, over);
    expect([status, text]).toEqual([201, '']);
    return headers.get('location') as string;
  };
  const patch = (place: string, offset: number, raw: Buffer, key = cloud.adminKey) =>
    send(cloud.url + place, {
      method: 'PATCH',
      key,
      raw,
      headers: {
        'tus-resumable': '1.0.0',
        'upload-offset': String(offset),
        'content-type': 'application/offset+octet-stream',
      },
    });
  const offsetOf = async (place: string) => {
    const { status, headers } = await send(cloud.url + place, {
      method: 'HEAD',
      key: cloud.adminKey,
      headers: { 'tus-resumable': '1.0.0' },
    });
    return status === 200 ? Number(headers.get('upload-offset')) : status;
  };
  const look = async (place: string) => (await send(cloud.url + place, { key: cloud.adminKey })).body;
  const folder = () => join(cloud.data, 'cloud', 'resumable');
  const fileOf = (place: string) => join(folder(), place.split('/').at(-1) as string);
  /** Sends `bytes` of a larger body and breaks the connection once they are in the file. */
  const cutAfter = async (place: string, offset: number, bytes: Buffer): Promise<void> => {
    const request = httpRequest(cloud.url + place, {
      method: 'PATCH',
      auth: `${cloud.adminKey}:`,
      headers: {
        'tus-resumable': '1.0.0',
        'upload-offset': offset,
        'content-type': 'application/offset+octet-stream',
        'content-length': jpeg.length - offset,
      },
    });
    request.on('error', () => undefined);
    request.write(bytes);
    await eventually('the bytes', 10_000, async () =>
      (await stat(fileOf(place))).size >= offset + bytes.length ? true : undefined,
    );
    request.destroy();
  };

  test('a file in one request is an item with its picture, and its bytes are no longer kept twice', async () => {
    const place = await placeOf('one.jpg', jpeg.length, { body: jpeg });
    const ended = await look(place);
    expect(ended).toMatchObject({ state: 'added', name: 'one.jpg', bytes: jpeg.length });
    const { item } = (
      await send(`${cloud.url}/v1/nucleus/dataset/${datasetId}/refloc/one.jpg`, { key: cloud.adminKey })
    ).body;
    expect(item).toMatchObject({ id: ended.item_id, width: 300, height: 200 });
    const asset = await send(`${cloud.url}/v1/assets/${item.id}`, { key: cloud.adminKey });
    const served = Buffer.from(await (await fetch(cloud.url + asset.headers.get('location'))).arrayBuffer());
    expect(served.equals(jpeg)).toBe(true);
    expect(await readdir(folder())).toEqual([]);
  });

  test('cut at many places, the rest goes on from the byte that arrived, over a restart too', async () => {
    const place = await placeOf('cut.jpg', jpeg.length);
    expect((await stat(fileOf(place))).mode & 0o777).toBe(0o600);
    let offset = 0;
    for (const step of [1, 7, 1000, 4096, 65_537]) {
      await cutAfter(place, offset, jpeg.subarray(offset, Math.min(offset + step, jpeg.length - 1)));
      if (step === 1000) await cloud.restart();
      const sent = Math.min(offset + step, jpeg.length - 1);
      offset = (await offsetOf(place)) as number;
      expect(offset).toBe(sent);
      expect(await look(place)).toMatchObject({ state: 'open' });
    }
    expect((await patch(place, offset + 1, jpeg.subarray(offset + 1))).status).toBe(409);
    expect((await patch(place, offset, jpeg.subarray(offset))).status).toBe(204);
    expect(await look(place)).toMatchObject({ state: 'added' });
    const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
    const objects = await db.selectFrom('objects').select('sha256').execute();
    await close();
    expect(objects).toEqual([{ sha256: createHash('sha256').update(jpeg).digest('hex') }]);
  });

  test('what is complete but was killed before it was taken is taken by whoever asks next, or at the next start, once', async () => {
    const png = await aPng({ seed: 9 });
    const asked = await placeOf('asked.png', png.length);
    const swept = await placeOf('swept.png', png.length);
    await cloud.restart(async () => {
      for (const place of [asked, swept]) await writeFile(join(folder(), place.split('/').at(-1) as string), png);
    });
    const looks = await Promise.all(Array.from({ length: 5 }, () => look(asked)));
    expect(new Set(looks.map(({ state }) => state))).toEqual(new Set(['added']));
    expect(new Set(looks.map(({ item_id }) => item_id)).size).toBe(1);
    const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
    await eventually('taking at the start', 10_000, async () => {
      const rows = await db.selectFrom('resumable_uploads').select('state').where('name', '=', 'swept.png').execute();
      return rows[0]?.state === 'added' ? true : undefined;
    });
    await close();
    expect((await send(`${cloud.url}/v1/nucleus/dataset/${datasetId}/size`, { key: cloud.adminKey })).body.count).toBe(
      4,
    );
  });

  test('a name that the dataset has is not written again; what is no picture is refused with a sentence and leaves nothing', async () => {
    expect(await look(await placeOf('one.jpg', 400, { body: jpeg.subarray(0, 400) }))).toMatchObject({
      state: 'already-there',
      item_id: expect.stringMatching(/^di_/),
    });
    for (const bytes of [
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      randomBytes(5000),
      jpeg.subarray(0, 2000),
    ])
      expect(await look(await placeOf(`bad-${bytes.length}`, bytes.length, { body: bytes }))).toMatchObject({
        state: 'refused',
        error: 'The file is not an image that can be read.',
      });
    expect(await readdir(folder())).toEqual([]);
  });

  test.each<[string, () => Promise<{ status: number; headers: Headers }>, number, string]>([
    ['a picture over 64 MiB', () => begin('x', 65 * 1024 * 1024), 413, 'body-too-large'],
    ['a CSV over the limit', () => begin('x', 100_000_001, { purpose: 'csv' }), 413, 'body-too-large'],
    ['more than the quota', () => begin('x', 40_000_001, { purpose: 'csv' }), 413, 'quota-exceeded'],
    ['an empty file', () => begin('x', 0), 400, 'invalid-request'],
    ['no name', () => begin('', 10), 400, 'invalid-request'],
    ['another purpose', () => begin('x', 10, { purpose: 'video' }), 400, 'invalid-request'],
    [
      'a dataset that is not there',
      () => begin('x', 10, { dataset: `ds_${'a'.repeat(20)}` }),
      404,
      'dataset-not-found',
    ],
  ])('%s is refused before a byte is taken', async (_what, attempt, status, code) => {
    const reply = await attempt();
    expect([reply.status, reply.headers.get('x-error-code')]).toEqual([status, code]);
    expect(await readdir(folder())).toEqual([]);
  });

  test('a privacy-mode dataset takes no bytes', async () => {
    const made = await send(`${cloud.url}/v1/nucleus/dataset/create`, {
      key: cloud.adminKey,
      body: { name: 'private', use_privacy_mode: true },
    });
    const reply = await begin('x', 10, { dataset: made.body.dataset_id });
    expect([reply.status, reply.headers.get('x-error-code')]).toEqual([400, 'privacy-mode-refuses-bytes']);
  });

  test('another tenant and a key without the scope neither see nor touch an upload', async () => {
    const place = await placeOf('mine.jpg', jpeg.length);
    const foreign = await cloud.makeKey({ tenant: `other-${randomBytes(3).toString('hex')}` });
    const reader = await cloud.makeKey({ scopes: ['read'] });
    for (const [key, status] of [
      [foreign, 404],
      [reader, 403],
    ] as const) {
      expect((await patch(place, 0, jpeg, key)).status).toBe(status);
      for (const method of ['GET', 'HEAD', 'DELETE'])
        expect((await send(cloud.url + place, { method, key, headers: { 'tus-resumable': '1.0.0' } })).status).toBe(
          status,
        );
    }
    expect(await offsetOf(place)).toBe(0);
    const chosen = await send(`${cloud.url}/v1/uploads`, {
      method: 'POST',
      key: cloud.adminKey,
      headers: {
        'tus-resumable': '1.0.0',
        'upload-length': '10',
        'upload-metadata': `name ${btoa('x')},dataset_id ${btoa(datasetId)}`,
      },
    });
    expect(chosen.headers.get('location')).toMatch(/^\/v1\/uploads\/upl_[a-z0-9]{20}$/);
    for (const each of [place, chosen.headers.get('location')]) {
      expect((await send(cloud.url + each, { method: 'DELETE', key: cloud.adminKey })).status).toBe(204);
      expect(await offsetOf(each as string)).toBe(404);
    }
    expect(await readdir(folder())).toEqual([]);
  });

  test('what nobody goes on with is swept a day later, and files without an upload with it; the young stay', async () => {
    const old = await placeOf('old.jpg', jpeg.length);
    const young = await placeOf('young.jpg', jpeg.length);
    const nameOf = (place: string) => place.split('/').at(-1) as string;
    const long = new Date(Date.now() - 25 * 3_600_000);
    await cloud.restart(async () => {
      const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
      await db
        .updateTable('resumable_uploads')
        .set({ created_at: long.getTime() })
        .where('id', '=', nameOf(old))
        .execute();
      await close();
      await mkdir(folder(), { recursive: true });
      await writeFile(join(folder(), 'stray'), 'x');
      await writeFile(join(folder(), 'fresh-stray'), 'x');
      for (const name of [nameOf(old), 'stray']) await utimes(join(folder(), name), long, long);
    });
    const left = await eventually('the sweep', 10_000, async () => {
      const names = await readdir(folder());
      return names.length === 2 ? names : undefined;
    });
    expect(left.toSorted()).toEqual(['fresh-stray', nameOf(young)].toSorted());
    expect([await offsetOf(old), await offsetOf(young)]).toEqual([404, 0]);
    expect((await stat(folder())).mode & 0o777).toBe(0o700);
  });
});
