/** Pictures of ordinary datasets: brought in with the append, or not at all; privacy mode requests nothing. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { aJpeg, aPng } from '../builders/a-picture.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { eventually } from '../builders/eventually.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

onEachDatabase('pictures of appended items', (open) => {
  let cloud: ACloud;
  let pictures: PictureServer;
  let jpeg: Buffer;
  let png: Buffer;
  beforeAll(async () => {
    jpeg = await aJpeg({ widthPx: 120, heightPx: 80, orientation: 6 });
    png = await aPng({ widthPx: 70, heightPx: 90, seed: 5 });
    pictures = await aPictureServer({
      '/a.jpg': jpeg,
      '/same-bytes': jpeg,
      '/b.png': png,
      '/page.html': Buffer.from('<html><script>alert(1)</script></html>'),
      '/drawing.svg': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      '/half.jpg': jpeg.subarray(0, 300),
      '/moved': (_request, response) => void response.writeHead(302, { location: '/a.jpg' }).end(),
    });
    cloud = await aCloud({ database: await open(), fetchAllow: [pictures.host] });
  });
  afterAll(async () => {
    await cloud.close();
    await pictures.close();
  });

  const call = (route: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${cloud.url}/v1/nucleus/${route}`, { key: cloud.adminKey, ...options });
  const aDataset = async (over: object = {}): Promise<string> =>
    (await call('dataset/create', { body: { name: 'pictures', ...over } })).body.dataset_id;
  const at = (path: string) => pictures.origin + path;
  const append = (id: string, items: object[], update = false) =>
    call(`dataset/${id}/append`, { body: { items, update } });
  const item = async (id: string, ref: string) => (await call(`dataset/${id}/refloc/${ref}`)).body.item;
  const storedFiles = async () => {
    const found = await readdir(join(cloud.data, 'cloud', 'objects'), { recursive: true, withFileTypes: true });
    return found
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .toSorted();
  };
  const upload = (id: string, items: object[], files: Uint8Array[], over: { key?: string } = {}) => {
    const form = new FormData();
    form.append('items', JSON.stringify(items));
    for (const file of files)
      form.append('image', new Blob([file as BlobPart], { type: 'image/jpg' }), 'one name for all.jpg');
    return fetch(`${cloud.url}/v1/nucleus/dataset/${id}/append`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${over.key ?? cloud.adminKey}:`).toString('base64')}` },
      body: form,
    });
  };

  test('an item gets its size as displayed and its hash from the picture, keeps its address, and the bytes are stored', async () => {
    const id = await aDataset();
    const reply = await append(id, [{ reference_id: 'a', image_url: at('/a.jpg'), metadata: { k: 1 } }]);
    expect(reply.body).toEqual({ dataset_id: id, new_items: 1, updated_items: 0, ignored_items: 0, upload_errors: 0 });
    const found = await item(id, 'a');
    expect(found).toMatchObject({ image_url: at('/a.jpg'), width: 80, height: 120, metadata: { k: 1 } });
    expect(found.phash).toMatch(/^[01]{64}$/);
    expect(await storedFiles()).toContain(createHash('sha256').update(jpeg).digest('hex'));
  });

  test('what the caller says about a picture wins over what is found', async () => {
    const id = await aDataset();
    const phash = '01'.repeat(32);
    await append(id, [{ reference_id: 'a', image_url: at('/a.jpg'), width: 7, height: 5, phash }]);
    expect(await item(id, 'a')).toMatchObject({ width: 7, height: 5, phash });
  });

  test('equal bytes are stored once for a tenant, whoever shows them', async () => {
    const before = await storedFiles();
    const [one, two] = [await aDataset(), await aDataset()];
    await append(one, [
      { reference_id: 'a', image_url: at('/b.png') },
      { reference_id: 'b', image_url: at('/b.png') },
    ]);
    await append(two, [{ reference_id: 'c', image_url: at('/b.png') }]);
    const hash = createHash('sha256').update(png).digest('hex');
    expect((await storedFiles()).filter((name) => !before.includes(name))).toEqual([hash]);
    const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
    const rows = await db
      .selectFrom('objects')
      .select(['width', 'height', 'bytes', 'format', 'blurhash'])
      .where('sha256', '=', hash)
      .execute();
    await close();
    expect(rows).toEqual([{ width: 70, height: 90, bytes: png.length, format: 'png', blurhash: expect.any(String) }]);
    expect(rows[0]?.blurhash).toHaveLength(28);
  });

  test.each([
    ['/none.jpg', 'could not be fetched'],
    ['/page.html', 'not an image'],
    ['/drawing.svg', 'not an image'],
    ['/half.jpg', 'not an image'],
    ['http://127.0.0.1:1/x.jpg', 'could not be fetched'],
    ['file:///etc/passwd', 'could not be fetched'],
    ['s3://bucket/key.jpg', 'could not be fetched'],
    ['/etc/passwd', 'could not be fetched'],
  ])(
    'an item whose picture is %s is an upload error; the others go in and nothing of it is kept',
    async (path, why) => {
      const id = await aDataset();
      const before = await storedFiles();
      const bad = { reference_id: 'bad', image_url: path.startsWith('/') && path !== '/etc/passwd' ? at(path) : path };
      const reply = await append(id, [bad, { reference_id: 'good', image_url: at('/moved') }]);
      expect(reply.status).toBe(200);
      expect(reply.body).toMatchObject({ new_items: 1, upload_errors: 1 });
      expect(reply.body.error_payload).toEqual([{ ...bad, error: expect.stringContaining(why) }]);
      expect((await call(`dataset/${id}/refloc/bad`)).status).toBe(404);
      expect((await storedFiles()).filter((name) => !before.includes(name) && name !== sha(jpeg))).toEqual([]);
      expect(await readdir(join(cloud.data, 'cloud', 'incoming'))).toEqual([]);
    },
  );

  test('known items are fetched again only when they are updated with another address', async () => {
    const id = await aDataset();
    await append(id, [{ reference_id: 'a', image_url: at('/a.jpg'), metadata: { v: 1 } }]);
    const before = pictures.requests.length;
    expect((await append(id, [{ reference_id: 'a', image_url: at('/b.png') }])).body).toMatchObject({
      ignored_items: 1,
    });
    const same = [{ reference_id: 'a', image_url: at('/a.jpg'), metadata: { v: 2 } }];
    expect((await append(id, same, true)).body).toMatchObject({ updated_items: 1 });
    expect(pictures.requests.length).toBe(before);
    expect(await item(id, 'a')).toMatchObject({ width: 80, height: 120, metadata: { v: 2 } });
    const other = [{ reference_id: 'a', image_url: at('/b.png'), metadata: { v: 3 } }];
    expect((await append(id, other, true)).body).toMatchObject({ updated_items: 1 });
    expect(pictures.requests.slice(before)).toEqual(['/b.png']);
    expect(await item(id, 'a')).toMatchObject({ image_url: at('/b.png'), width: 70, height: 90, metadata: { v: 3 } });
    expect(await bytesOf(await item(id, 'a'))).toEqual(png);
    const broken = [{ reference_id: 'a', image_url: at('/none.jpg'), metadata: { v: 4 } }];
    expect((await append(id, broken, true)).body).toMatchObject({ updated_items: 0, upload_errors: 1 });
    expect(await item(id, 'a')).toMatchObject({ image_url: at('/b.png'), metadata: { v: 3 } });
  });

  test('in privacy mode no address is ever requested, whatever a route does with its item', async () => {
    const canary = await aPictureServer({ '/a.jpg': jpeg });
    const watching = await aCloud({ database: await open(), fetchAllow: [canary.host] });
    const ask = (route: string, options: Parameters<typeof send>[1] = {}) =>
      send(`${watching.url}/v1/nucleus/${route}`, { key: watching.adminKey, ...options });
    try {
      const create = (isPrivate: boolean) =>
        ask('dataset/create', { body: { name: 'x', use_privacy_mode: isPrivate } });
      const id = (await create(true)).body.dataset_id;
      const url = `${canary.origin}/a.jpg`;
      const whole = { image_url: url, width: 3, height: 2 };
      const items = [
        { ...whole, reference_id: 'a' },
        { image_url: url, reference_id: 'unsized' },
      ];
      for (const update of [false, true]) await ask(`dataset/${id}/append`, { body: { items, update } });
      const moved = [{ ...whole, reference_id: 'a', image_url: `${url}?2`, metadata: { image_url: url } }];
      await ask(`dataset/${id}/append`, { body: { items: moved, update: true } });
      const found = (await ask(`dataset/${id}/refloc/a`)).body.item;
      const asset = await send(`${watching.url}/v1/assets/${found.id}`, { key: watching.adminKey });
      expect([asset.status, asset.headers.get('location')]).toEqual([404, null]);
      await ask(`dataset/${id}/datasetItems`);
      await ask(`dataset/${id}/refloc/a`, { method: 'DELETE', body: {} });
      expect([found.width, canary.connections()]).toEqual([3, 0]);
      // The same items in an ordinary dataset do request it: the canary can see.
      const ordinary = (await create(false)).body.dataset_id;
      await ask(`dataset/${ordinary}/append`, { body: { items } });
      expect(canary.connections()).toBe(1);
    } finally {
      await watching.close();
      await canary.close();
    }
  });

  test('files are matched to items by position, and their items answer a stable address of this server', async () => {
    const id = await aDataset();
    const items = ['a', 'b'].map((ref) => ({ reference_id: ref, image_url: `/home/me/${ref}.jpg`, update: false }));
    const reply = await upload(id, items, [jpeg, png]);
    expect([reply.status, await reply.json()]).toEqual([
      200,
      { dataset_id: id, new_items: 2, updated_items: 0, ignored_items: 0, upload_errors: 0 },
    ]);
    for (const [ref, bytes, size] of [
      ['a', jpeg, { width: 80, height: 120 }],
      ['b', png, { width: 70, height: 90 }],
    ] as const) {
      const found = await item(id, ref);
      expect(found).toMatchObject({ ...size, image_url: `${cloud.url}/v1/assets/${found.id}` });
      expect(await item(id, ref)).toEqual(found);
      expect(await bytesOf(found)).toEqual(bytes);
    }
  });

  test('an uploaded file replaces the one before only when its item says update', async () => {
    const id = await aDataset();
    const one = (update: boolean) => [{ reference_id: 'a', image_url: 'a.jpg', update }];
    await upload(id, one(false), [jpeg]);
    const before = await item(id, 'a');
    expect(await (await upload(id, one(false), [png])).json()).toMatchObject({ ignored_items: 1 });
    expect(await bytesOf(await item(id, 'a'))).toEqual(jpeg);
    expect(await (await upload(id, one(true), [png])).json()).toMatchObject({ updated_items: 1 });
    expect((await item(id, 'a')).image_url).toBe(before.image_url);
    expect(await bytesOf(await item(id, 'a'))).toEqual(png);
  });

  test('a file that is no picture, and an item without a file, are upload errors of their own', async () => {
    const id = await aDataset();
    const items = ['good', 'text', 'none'].map((ref) => ({ reference_id: ref, image_url: 'x.jpg', update: false }));
    const reply = await (await upload(id, items, [jpeg, Buffer.from('no picture')])).json();
    expect(reply).toMatchObject({ new_items: 1, upload_errors: 2 });
    expect(await readdir(join(cloud.data, 'cloud', 'incoming'))).toEqual([]);
  });

  test('a privacy-mode dataset refuses files, and none stays behind', async () => {
    const id = await aDataset({ use_privacy_mode: true });
    const before = await storedFiles();
    const reply = await upload(id, [{ reference_id: 'a', image_url: 'a', width: 1, height: 1 }], [jpeg]);
    expect([reply.status, reply.headers.get('x-error-code')]).toEqual([400, 'privacy-mode-refuses-bytes']);
    expect((await call(`dataset/${id}/size`)).body).toEqual({ count: 0 });
    expect([await storedFiles(), await readdir(join(cloud.data, 'cloud', 'incoming'))]).toEqual([before, []]);
  });

  test.each([
    ['no items', [['image', 'x']]],
    ['items that are no list', [['items', '{}']]],
    ['items that are no JSON', [['items', '[']]],
    [
      'more files than items',
      [
        ['items', '[]'],
        ['image', 'x'],
      ],
    ],
  ])('%s in a form are refused with 400', async (_why, parts) => {
    const form = new FormData();
    for (const [name = '', value = ''] of parts) form.append(name, name === 'image' ? new Blob([value]) : value);
    const headers = { authorization: `Basic ${Buffer.from(`${cloud.adminKey}:`).toString('base64')}` };
    const reply = await fetch(`${cloud.url}/v1/nucleus/dataset/${await aDataset()}/append`, {
      method: 'POST',
      headers,
      body: form,
    });
    expect(reply.status).toBe(400);
    expect(await readdir(join(cloud.data, 'cloud', 'incoming'))).toEqual([]);
  });

  test('a file over the limit and a client that goes away leave nothing behind', async () => {
    const id = await aDataset();
    const incoming = (count: number) =>
      eventually(`${count} files on their way in`, 5_000, async () =>
        (await readdir(join(cloud.data, 'cloud', 'incoming'))).length === count ? count : undefined,
      );
    const items = [{ reference_id: 'a', image_url: 'a.jpg', update: false }];
    const large = Buffer.concat([jpeg, Buffer.alloc(64 * 1024 * 1024)]);
    const reply = await upload(id, items, [large]).catch(() => undefined);
    // The server answers before it has read the rest, so a client may see the connection end instead.
    if (reply !== undefined) expect([reply.status, reply.headers.get('x-error-code')]).toEqual([413, 'body-too-large']);
    await incoming(0);
    const request = http.request(`${cloud.url}/v1/nucleus/dataset/${id}/append`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x', 'authorization': basic() },
    });
    request.on('error', () => undefined);
    request.write('--x\r\ncontent-disposition: form-data; name="image"; filename="a"\r\n\r\n');
    request.write(jpeg);
    await incoming(1);
    request.destroy();
    await incoming(0);
    expect((await call(`dataset/${id}/size`)).body).toEqual({ count: 0 });
  });

  const basic = () => `Basic ${Buffer.from(`${cloud.adminKey}:`).toString('base64')}`;
  const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const bytesOf = async (found: { id: string }) => {
    const headers = { authorization: `Basic ${Buffer.from(`${cloud.adminKey}:`).toString('base64')}` };
    const reply = await fetch(`${cloud.url}/v1/assets/${found.id}`, { headers });
    return Buffer.from(await reply.arrayBuffer());
  };
});
