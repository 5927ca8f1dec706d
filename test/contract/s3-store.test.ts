import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openObjects } from '../../cloud-api/src/objects/open-objects.ts';
import { readObjectsUrl } from '../../cloud-api/src/objects/read-objects-url.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { aPictureServer } from '../builders/a-picture-server.ts';
import { anS3Server, type S3Server } from '../builders/an-s3-server.ts';
import { aCloud } from './a-cloud.ts';
import { describeObjectStore } from './object-store.contract.ts';
import { send } from './send.ts';

let server: S3Server;
beforeAll(async () => {
  server = await anS3Server();
});
afterAll(() => server.close());
const open = (more = '') => openObjects(`s3://${server.bucket}/kept?endpoint=${server.endpoint}${more}`, server.keys);

describeObjectStore('objects in an S3 bucket', async () => {
  const { store, close } = await open();
  return { store, close: async () => close() };
});

test('what is written asks for encryption at the store, in one piece and in parts', async () => {
  const { store, close } = await open('&encryption=aws:kms&kms_key=key-1');
  const bytes = randomBytes(9 * 1024 * 1024);
  const before = server.requests.length;
  await store.put('t/small', inPieces(bytes.subarray(0, 10)));
  expect(await store.put('t/large', inPieces(bytes))).toBe(bytes.length);
  expect((await buffer(await store.get('t/large'))).equals(bytes)).toBe(true);
  const asked = server.requests.slice(before).filter(({ headers }) => headers['x-amz-server-side-encryption']);
  expect(
    asked.map(({ method, path, headers }) => [
      method,
      path.replace(/[?].*/, ''),
      headers['x-amz-server-side-encryption-aws-kms-key-id'],
    ]),
  ).toEqual([
    ['PUT', '/pictures/kept/t/small', 'key-1'],
    ['POST', '/pictures/kept/t/large', 'key-1'],
  ]);
  expect(server.requests.slice(before).filter(({ path }) => path.includes('partNumber='))).toHaveLength(2);
  close();
});

test('an upload in parts that breaks off is ended at the store', async () => {
  const { store, close } = await open();
  const breaking = async function* () {
    yield* inPieces(randomBytes(20 * 1024 * 1024));
    throw new Error('the sender went away');
  };
  await expect(store.put('t/half', breaking())).rejects.toThrow('the sender went away');
  expect(await store.stat('t/half')).toBeUndefined();
  const ended = server.requests.filter(({ method, path }) => method === 'DELETE' && path.includes('t/half?uploadId='));
  expect(ended).toHaveLength(1);
  close();
});

test('a cloud keeps pictures in the bucket and serves them from there, in ranges too', async () => {
  const jpeg = await aJpeg({ widthPx: 120, heightPx: 80 });
  const pictures = await aPictureServer({ '/a.jpg': jpeg });
  const cloud = await aCloud({
    database: { url: undefined, drop: async () => undefined },
    fetchAllow: [pictures.host],
    config: { objects: `s3://${server.bucket}/cloud?endpoint=${server.endpoint}&encryption=AES256` },
    objectKeys: server.keys,
  });
  try {
    const call = (path: string, body?: object) => send(cloud.url + path, { key: cloud.adminKey, body });
    const { dataset_id } = (await call('/v1/nucleus/dataset/create', { name: 'pictures' })).body;
    const items = [{ reference_id: 'a', image_url: `${pictures.origin}/a.jpg` }];
    expect((await call(`/v1/nucleus/dataset/${dataset_id}/append`, { items })).body).toMatchObject({ new_items: 1 });
    const { item } = (await call(`/v1/nucleus/dataset/${dataset_id}/refloc/a`)).body;
    const location = (await call(`/v1/assets/${item.id}`)).headers.get('location') as string;
    const whole = await fetch(cloud.url + location);
    expect(Buffer.from(await whole.arrayBuffer()).equals(jpeg)).toBe(true);
    const part = await fetch(cloud.url + location, { headers: { range: 'bytes=5-99' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 5-99/${jpeg.length}`]);
    expect(Buffer.from(await part.arrayBuffer()).equals(jpeg.subarray(5, 100))).toBe(true);
    expect(existsSync(join(cloud.data, 'cloud', 'objects'))).toBe(false);
  } finally {
    await cloud.close();
    await pictures.close();
  }
});

test('a bucket that is not there stops the start, with the name and not the key', async () => {
  const failure = await openObjects(`s3://nowhere?endpoint=${server.endpoint}`, server.keys).catch((error) => error);
  expect(failure).toMatchObject({ code: 'objects-unreachable' });
  expect(failure.message).toBe('The bucket nowhere cannot be read (NoSuchBucket): check name, endpoint and keys.');
});

test('a place is a folder or a bucket, and a misspelt one is refused', () => {
  expect(readObjectsUrl('file:/srv/objects')).toEqual({ kind: 'folder', folder: '/srv/objects' });
  expect(readObjectsUrl('file:///srv/objects')).toEqual({ kind: 'folder', folder: '/srv/objects' });
  expect(readObjectsUrl('s3://bucket')).toMatchObject({ prefix: '', region: 'us-east-1', encryption: 'AES256' });
  expect(readObjectsUrl('s3://bucket/a/b?region=eu-north-1')).toMatchObject({ prefix: 'a/b/', region: 'eu-north-1' });
  for (const text of [
    '',
    '/srv/objects',
    'file:',
    's3://',
    's3://B',
    's3://key:secret@bucket',
    's3://bucket?enpoint=http://x',
    's3://bucket?endpoint=ftp://x',
    's3://bucket/../x?endpoint=notaurl',
    's3://bucket?encryption=rot13',
    's3://bucket?kms_key=k',
  ])
    expect(() => readObjectsUrl(text), text).toThrow(expect.objectContaining({ code: 'config-invalid' }));
});

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
}
