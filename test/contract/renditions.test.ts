/** Web renditions: small, upright and without metadata; made once however many ask; kept; refused when the original is gone. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDecodePool } from '../../cloud-api/src/attachments/decode/decode-pool.ts';
import { objectKey } from '../../cloud-api/src/attachments/kept-image.ts';
import { openPreviews } from '../../cloud-api/src/attachments/open-previews.ts';
import { openDiskStore } from '../../cloud-api/src/objects/disk-store.ts';
import type { ObjectStore } from '../../cloud-api/src/objects/object-store.ts';
import { openIncoming } from '../../cloud-api/src/objects/open-incoming.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { anIntake } from './an-intake.ts';

const builtDecoder = new URL('../../cloud-api/dist/attachments/decode/decode-child.js', import.meta.url);
const pool = openDecodePool({ childUrl: builtDecoder, processes: 2, timeoutMs: 15_000 });
const tenantId = `ten_${'a'.repeat(20)}`;
let folder: string;
let staging: string;
let objects: ObjectStore;
let puts: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'renditions-'));
  staging = join(folder, 'incoming');
  await openIncoming(staging);
  const disk = await openDiskStore(join(folder, 'objects'));
  puts = [];
  objects = {
    ...disk,
    put: (key, content) => {
      puts.push(key);
      return disk.put(key, content);
    },
  };
});
afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true, force: true });
});

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
const anOriginal = async (seed: number, bytes?: Buffer) => {
  const sha256 = String(seed).padStart(64, '0');
  const exif = { IFD0: { Make: 'Secret Cameras' }, IFD3: { GPSLatitude: '60/1 10/1 0/1' } };
  const jpeg = bytes ?? (await aJpeg({ widthPx: 800, heightPx: 400, orientation: 6, exif, seed }));
  await objects.put(objectKey(tenantId, sha256), once(jpeg));
  puts.length = 0;
  return { tenantId, sha256, format: 'jpeg' as const };
};
const read = async (key: string) => {
  const chunks: Buffer[] = [];
  for await (const chunk of await objects.get(key)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

test('twenty who ask at once get one rendition, and it stays', async () => {
  const previews = openPreviews({ objects, staging, pool });
  const object = await anOriginal(1);
  const made = await Promise.all(Array.from({ length: 20 }, () => previews(object, 256)));
  expect(new Set(made.map(({ key }) => key)).size).toBe(1);
  expect(puts).toHaveLength(1);
  const webp = await read(made[0]?.key ?? '');
  expect(webp).toHaveLength(made[0]?.bytes ?? 0);
  const { format, width, height, exif, icc, orientation } = await sharp(webp).metadata();
  expect({ format, width, height, exif, orientation }).toEqual({
    format: 'webp',
    width: 128,
    height: 256,
    exif: undefined,
    orientation: undefined,
  });
  expect(icc).toBeUndefined();
  expect(webp.includes('Secret')).toBe(false);
  await previews(object, 256);
  await openPreviews({ objects, staging, pool })(object, 256);
  expect(puts).toHaveLength(1);
  // The control: two that do not know of each other make it twice.
  const other = await anOriginal(2);
  await Promise.all([previews(other, 256), openPreviews({ objects, staging, pool })(other, 256)]);
  expect(puts).toHaveLength(2);
});

test('small pictures are not enlarged; what cannot be decoded or is gone is refused and leaves nothing', async () => {
  const previews = openPreviews({ objects, staging, pool });
  const small = await previews(await anOriginal(3, await aJpeg({ widthPx: 40, heightPx: 30 })), 1024);
  expect((await sharp(await read(small.key)).metadata()).width).toBe(40);
  await expect(previews(await anOriginal(4, Buffer.from('no picture')), 256)).rejects.toMatchObject({
    code: 'link-refused',
  });
  await expect(previews({ tenantId, sha256: 'f'.repeat(64), format: 'jpeg' }, 256)).rejects.toMatchObject({
    code: 'link-refused',
  });
  expect(puts).toEqual([]);
  expect(await readdir(staging)).toEqual([]);
});

test('items and tasks link to renditions; an unknown size is refused', async () => {
  const intake = await anIntake({ url: undefined, drop: async () => undefined });
  intake.pictures.answer('/wide.jpg', await aJpeg({ widthPx: 1600, heightPx: 400 }));
  const url = `${intake.pictures.origin}/wide.jpg`;
  const { dataset_id: id } = (await intake.call('nucleus/dataset/create', { body: { name: 'set' } })).body;
  await intake.call(`nucleus/dataset/${id}/append`, { body: { items: [{ reference_id: 'a', image_url: url }] } });
  const { item } = (await intake.call(`nucleus/dataset/${id}/refloc/a`)).body;
  const redirect = await intake.call(`assets/${item.id}?variant=preview-256`);
  expect(redirect.status).toBe(302);
  const link = intake.cloud.url + redirect.headers.get('location');
  const shown = await fetch(link);
  expect(shown.headers.get('content-type')).toBe('image/webp');
  const bytes = Buffer.from(await shown.arrayBuffer());
  expect(await sharp(bytes).metadata()).toMatchObject({ width: 256, height: 64 });
  const part = await fetch(link, { headers: { range: 'bytes=2-5' } });
  expect([part.status, Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(2, 6))]).toEqual([206, true]);
  expect((await intake.call(`assets/${item.id}?variant=preview-9000`)).status).toBe(400);
  const { body: detail } = await intake.call(`insights/${id}/items/${item.id}/attachment`);
  expect(detail).toMatchObject({
    attachment: url,
    state: 'ready',
    code: null,
    width: 1600,
    height: 400,
    format: 'jpeg',
  });
  const original = Buffer.from(await (await fetch(detail.url)).arrayBuffer());
  expect([original.length, (await sharp(original).metadata()).width]).toEqual([detail.bytes, 1600]);
  const inside = (await intake.call('nucleus/dataset/create', { body: { name: 'p', use_privacy_mode: true } })).body;
  const kept = { reference_id: 'a', image_url: url, width: 1, height: 1 };
  const asked = intake.pictures.requests.length;
  await intake.call(`nucleus/dataset/${inside.dataset_id}/append`, { body: { items: [kept] } });
  const { item: own } = (await intake.call(`nucleus/dataset/${inside.dataset_id}/refloc/a`)).body;
  const { body: none } = await intake.call(`insights/${inside.dataset_id}/items/${own.id}/attachment`);
  expect(none).toMatchObject({ state: null, code: 'privacy_mode', url: null, sha256: null });
  expect(intake.pictures.requests.length).toBe(asked);
  const { task_id } = await intake.task({ attachment: url });
  await intake.ready(task_id);
  const [stored] = (await intake.call(`task/${task_id}/attachments`)).body.attachments;
  const preview = Buffer.from(await (await fetch(stored.preview_url)).arrayBuffer());
  expect((await sharp(preview).metadata()).width).toBe(1024);
  await intake.close();
});
