/** Expiring links to stored pictures: what they open, for whom, for how long, byte for byte. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aJpeg } from '../builders/a-picture.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

const startMs = Date.UTC(2027, 0, 1, 12, 1, 0);

onEachDatabase('links to pictures', (open) => {
  let cloud: ACloud;
  let pictures: PictureServer;
  let jpeg: Buffer;
  let datasetId: string;
  let itemId: string;
  let nowMs = startMs;
  beforeAll(async () => {
    jpeg = await aJpeg({ widthPx: 200, heightPx: 100 });
    pictures = await aPictureServer({ '/a.jpg': jpeg });
    cloud = await aCloud({ database: await open(), fetchAllow: [pictures.host], clock: () => nowMs });
    datasetId = (await nucleus('dataset/create', { body: { name: 'links' } })).body.dataset_id;
    const items = [{ reference_id: 'a', image_url: `${pictures.origin}/a.jpg` }];
    await nucleus(`dataset/${datasetId}/append`, { body: { items } });
    itemId = (await nucleus(`dataset/${datasetId}/refloc/a`)).body.item.id;
  });
  afterAll(async () => {
    await cloud.close();
    await pictures.close();
  });

  const nucleus = (route: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${cloud.url}/v1/nucleus/${route}`, { key: cloud.adminKey, ...options });
  const asset = (id: string, options: Parameters<typeof send>[1] = { key: cloud.adminKey }) =>
    send(`${cloud.url}/v1/assets/${id}`, options);
  const link = async () => cloud.url + ((await asset(itemId)).headers.get('location') ?? '');
  const get = async (url: string, headers: Record<string, string> = {}, method = 'GET') => {
    const reply = await fetch(url, { method, headers });
    return { status: reply.status, headers: reply.headers, bytes: Buffer.from(await reply.arrayBuffer()) };
  };

  test('the stable address answers 302 to a link for a key, a limited key and a session, else 401', async () => {
    const redirect = await asset(itemId);
    expect(redirect.status).toBe(302);
    expect(redirect.headers.get('location')).toMatch(/^\/o\/1\.[\w-]{8}\.[\w-]+\.[\w-]{43}$/);
    expect(redirect.headers.get('cache-control')).toBe('no-store');
    const limited = await cloud.makeKey({ kind: 'limited', scopes: ['read'] });
    expect((await asset(itemId, { headers: { 'x-limited-access-key': limited } })).status).toBe(302);
    const code = (await cloud.running.createSignInLink()).split('#')[1];
    const opened = await send(`${cloud.url}/v1/session`, { body: { code }, headers: { origin: cloud.url } });
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect((await asset(itemId, { headers: { cookie } })).status).toBe(302);
    expect((await asset(itemId, {})).status).toBe(401);
    expect((await asset(itemId, { key: 'live_nobody' })).status).toBe(401);
  });

  test('another tenant, an item of another kind and one that is gone get no link', async () => {
    const foreign = await cloud.makeKey({ tenant: `links-${Math.floor(Math.random() * 1e9)}` });
    expect((await asset(itemId, { key: foreign })).status).toBe(404);
    expect((await asset(`di_${'x'.repeat(20)}`)).status).toBe(404);
    const items = [{ reference_id: 'gone', image_url: `${pictures.origin}/a.jpg` }];
    await nucleus(`dataset/${datasetId}/append`, { body: { items } });
    const { id } = (await nucleus(`dataset/${datasetId}/refloc/gone`)).body.item;
    expect((await asset(id)).status).toBe(302);
    await nucleus(`dataset/${datasetId}/refloc/gone`, { method: 'DELETE', body: {} });
    expect((await asset(id)).status).toBe(404);
    // The other item shows the same bytes and keeps them.
    expect((await get(await link())).bytes.equals(jpeg)).toBe(true);
  });

  test('a link opens the bytes with headers under which nothing in them runs, and sets no cookie', async () => {
    const reply = await get(await link());
    expect([reply.status, reply.bytes.equals(jpeg)]).toEqual([200, true]);
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': String(jpeg.length),
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
      'referrer-policy': 'no-referrer',
      'accept-ranges': 'bytes',
      'cache-control': 'private, max-age=840',
    });
    expect(reply.headers.get('set-cookie')).toBeNull();
    expect(reply.headers.get('content-disposition')).toMatch(/^inline; filename="[0-9a-f]{16}\.jpg"$/);
  });

  test('one picture has one link for five minutes, and a link opens until just before its end', async () => {
    const first = await link();
    nowMs = startMs + 3 * 60_000;
    expect(await link()).toBe(first);
    nowMs = startMs + 5 * 60_000;
    expect(await link()).not.toBe(first);
    const statusAt = async (ms: number) => {
      nowMs = ms;
      return (await get(first)).status;
    };
    const ends = Date.UTC(2027, 0, 1, 12, 15, 0);
    expect([await statusAt(ends - 1), await statusAt(ends), await statusAt(ends + 86_400_000)]).toEqual([
      200, 410, 410,
    ]);
    expect(await statusAt(Date.UTC(2027, 0, 1, 11, 59, 59))).toBe(410);
    nowMs = startMs;
  });

  test('no link with one changed character opens anything, and all refusals look the same', async () => {
    const good = await link();
    const token = good.slice(good.lastIndexOf('/') + 1);
    const changed = Array.from(
      token,
      (char, at) => token.slice(0, at) + (char === 'A' ? 'B' : 'A') + token.slice(at + 1),
    );
    const replies = [];
    for (const each of [...changed, `${token}A`, token.slice(0, -1), 'x', `${token}=`, `1.${token}`]) {
      const reply = await get(`${cloud.url}/o/${each}`);
      replies.push(`${reply.status} ${reply.bytes}`);
    }
    expect(new Set(replies)).toEqual(new Set(['404 {"error":"This link opens nothing.","code":"link-refused"}']));
    expect((await get(`${good}?tenant=other&expires=9999999999`)).bytes.equals(jpeg)).toBe(true);
  });

  test('a link is of one tenant: the same bytes of another tenant do not answer to it', async () => {
    const good = await link();
    await cloud.restart();
    expect((await get(cloud.url + good.slice(good.indexOf('/o/')))).status).toBe(200);
    const elsewhere = await aCloud({ database: await open(), fetchAllow: [pictures.host], clock: () => nowMs });
    try {
      expect((await get(elsewhere.url + good.slice(good.indexOf('/o/')))).status).toBe(404);
    } finally {
      await elsewhere.close();
    }
  });

  test.each([
    ['bytes=0-0', 206, [0, 0]],
    ['bytes=5-9', 206, [5, 9]],
    ['bytes=100-', 206, [100, -1]],
    ['bytes=-7', 206, [-7, -1]],
    ['bytes=0-999999999', 206, [0, -1]],
    ['bytes=-999999999', 206, [0, -1]],
    ['bytes=9-5', 200, [0, -1]],
    ['bytes=0-1,3-4', 200, [0, -1]],
    ['lines=0-1', 200, [0, -1]],
    ['bytes=-0', 416, undefined],
    ['bytes=99999999-', 416, undefined],
  ] as const)('range %s answers %i with exactly those bytes', async (range, status, span) => {
    const reply = await get(await link(), { range });
    expect(reply.status).toBe(status);
    if (span === undefined) {
      expect(reply.headers.get('content-range')).toBe(`bytes */${jpeg.length}`);
      return;
    }
    const [from, to] = [span[0] < 0 ? jpeg.length + span[0] : span[0], span[1] < 0 ? jpeg.length + span[1] : span[1]];
    expect(reply.bytes.equals(jpeg.subarray(from, to + 1))).toBe(true);
    expect(reply.headers.get('content-range')).toBe(status === 206 ? `bytes ${from}-${to}/${jpeg.length}` : null);
  });

  test('entity tags save a second transfer, guard a range, and HEAD answers no body', async () => {
    const url = await link();
    const etag = (await get(url)).headers.get('etag') ?? '';
    const cached = await get(url, { 'if-none-match': etag });
    expect([cached.status, cached.bytes.length]).toEqual([304, 0]);
    expect((await get(url, { range: 'bytes=0-3', 'if-range': etag })).status).toBe(206);
    expect((await get(url, { range: 'bytes=0-3', 'if-range': '"other"' })).bytes.equals(jpeg)).toBe(true);
    const head = await get(url, {}, 'HEAD');
    expect([head.status, head.headers.get('content-length'), head.bytes.length]).toEqual([200, String(jpeg.length), 0]);
    expect((await get(url, {}, 'POST')).status).toBe(404);
  });
});
