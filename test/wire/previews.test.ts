import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openPreviewDisk } from '../../agent/src/proxy/preview-disk.ts';
import { type PreviewRequest, prefersWebp } from '../../agent/src/proxy/previews.ts';
import {
  aDashboard,
  addFile,
  aProxy,
  ask,
  aViewer,
  json,
  linkPath,
  type ProxyUnderTest,
  post,
  type Reply,
} from '../builders/a-proxy.ts';

let running: ProxyUnderTest | undefined;
afterEach(() => running?.close());

/** A proxy whose decoder notes what it is asked for and waits until told. */
async function withDecoder(over: Parameters<typeof aProxy>[0] = {}) {
  const asked: PreviewRequest[] = [];
  const waiting: (() => void)[] = [];
  const gate = { isOpen: true };
  const proxy = await aProxy({
    makePreview: async (request) => {
      asked.push(request);
      if (!gate.isOpen) await new Promise<void>((resolve) => void waiting.push(resolve));
      request.signal.throwIfAborted();
      return Buffer.from(
        `${request.type} ${request.edgePx} of ${readFileSync(join(request.folder, request.path.toString()), 'utf8')}`,
      );
    },
    ...over,
  });
  running = proxy;
  const release = (): void => {
    gate.isOpen = true;
    for (const next of waiting.splice(0)) next();
  };
  return { proxy, asked, gate, release };
}

test.each([
  ['image/avif,image/webp,image/apng,image/*,*/*;q=0.8', true],
  ['image/webp', true],
  ['image/webp;q=0.5', true],
  ['image/webp;q=0', false],
  ['image/webp; q=0.0, image/jpeg', false],
  ['*/*', false],
  ['image/*', false],
  ['image/webpx', false],
  [undefined, false],
])('Accept %s prefers WebP: %s', (accept, want) => expect(prefersWebp(accept)).toBe(want));

describe('previews', () => {
  test('are WebP for who takes it, JPEG for others, and say so', async () => {
    const { proxy } = await withDecoder();
    addFile(proxy, 'a.jpg', 'pixels');
    const path = linkPath(proxy, 'a.jpg', 'preview-512');
    const webp = await ask(proxy.port, path, { headers: { accept: 'image/webp' } });
    expect([webp.body.toString(), webp.headers['content-type']]).toEqual(['webp 512 of pixels', 'image/webp']);
    expect(webp.headers.vary).toBe('Origin, Accept');
    const jpeg = await ask(proxy.port, path);
    expect([jpeg.body.toString(), jpeg.headers['content-type']]).toEqual(['jpeg 512 of pixels', 'image/jpeg']);
    expect(jpeg.headers.etag).not.toBe(webp.headers.etag);
    const part = await ask(proxy.port, path, { headers: { range: 'bytes=0-3' } });
    expect([part.status, part.body.toString()]).toEqual([206, 'jpeg']);
  });

  test('out of memory come with the same head, and by every rule', async () => {
    const { proxy } = await withDecoder();
    addFile(proxy, 'a.jpg', 'pixels');
    const path = linkPath(proxy, 'a.jpg', 'preview-256');
    const get = (headers: Record<string, string> = {}, at = path) => ask(proxy.port, at, { headers });
    const said = ({ status, headers: { date: _, 'cache-control': age, ...headers }, body }: Reply) => ({
      ...{ status, headers, body },
      age: age?.replace(/\d+$/, ''),
    });
    for (const headers of [
      {},
      { accept: 'image/webp' },
      { origin: aDashboard },
      { accept: 'image/webp', origin: aDashboard },
    ]) {
      const first = said(await get(headers));
      expect(first).toMatchObject({ status: 200, age: 'private, max-age=' });
      expect(said(await get(headers))).toEqual(first);
    }
    const { etag = '' } = (await get()).headers;
    const refusals = [{ host: 'evil.test' }, { origin: 'https://evil.test' }, { range: 'bytes=99-' }];
    for (const [at, headers] of refusals.entries()) expect((await get(headers)).status).toBe([421, 403, 416][at]);
    expect((await get({ range: 'bytes=0-1' })).status).toBe(206);
    expect((await get({ 'if-none-match': etag })).status).toBe(304);
    expect((await ask(proxy.port, path, { method: 'HEAD' })).body).toHaveLength(0);
    // one bit of each character: of those behind the payload only the MAC tells
    for (let at = 3; at < path.length; at++) {
      const changed = String.fromCharCode(path.charCodeAt(at) ^ 1);
      expect((await get({}, path.slice(0, at) + changed + path.slice(at + 1))).status).not.toBe(200);
    }
    for (const [offset, status] of [
      [1000, 410],
      [-1200, 410],
      [0, 200],
    ] as const) {
      proxy.clock.offset = offset;
      expect((await get()).status).toBe(status);
    }
    const bearer = await aViewer(proxy);
    const items = [{ source: 'main', reference_id: 'a.jpg', variant: 'preview-256' }];
    const minted = await post(proxy.port, '/v1/media-links', { items }, { authorization: `Bearer ${bearer}` });
    const mine = new URL(json<{ links: { url: string }[] }>(minted).links[0]?.url ?? '').pathname;
    expect([(await get({}, mine)).status, (await get({}, mine)).status]).toEqual([200, 200]);
    for (const { sessionId } of proxy.proxy.sessions.list()) proxy.proxy.sessions.revoke(sessionId);
    expect([(await get({}, mine)).status, (await get()).status]).toEqual([404, 200]);
    proxy.proxy.revokeAll();
    expect((await get()).status).toBe(404);
  });

  test('of a small picture are never enlarged and are one', async () => {
    const { proxy, asked } = await withDecoder();
    addFile(proxy, 'small.jpg', 'pixels', { width: 300, height: 200 });
    for (const variant of ['preview-512', 'preview-1024', 'preview-2048'])
      await ask(proxy.port, linkPath(proxy, 'small.jpg', variant));
    expect(asked.map((request) => request.edgePx)).toEqual([300]);
  });

  test('of a file that changed while they were made are not kept', async () => {
    const { proxy, asked, gate, release } = await withDecoder();
    addFile(proxy, 'a.jpg', 'pixels');
    gate.isOpen = false;
    const reply = ask(proxy.port, linkPath(proxy, 'a.jpg', 'preview-256'));
    await expect.poll(() => asked.length).toBe(1);
    writeFileSync(join(proxy.folder, 'a.jpg'), 'SECRET');
    release();
    expect((await reply).status).toBe(409);
    expect(proxy.rechecks).toEqual(['main a.jpg']);
  });

  test('asked for by many at once are made once', async () => {
    const { proxy, asked, gate, release } = await withDecoder();
    addFile(proxy, 'a.jpg', 'pixels');
    gate.isOpen = false;
    const path = linkPath(proxy, 'a.jpg', 'preview-256');
    const replies = Array.from({ length: 20 }, () => ask(proxy.port, path));
    await expect.poll(() => asked.length).toBe(1);
    release();
    for (const reply of await Promise.all(replies)) expect(reply.body.toString()).toBe('jpeg 256 of pixels');
    expect(asked).toHaveLength(1);
    await ask(proxy.port, path);
    expect(asked).toHaveLength(1);
  });

  test('outlive the process on disk, with modes for the owner alone', async () => {
    const previewsDir = mkdtempSync(join(tmpdir(), 'previews-'));
    const first = await withDecoder({ previewsDir });
    addFile(first.proxy, 'a.jpg', 'pixels');
    await ask(first.proxy.port, linkPath(first.proxy, 'a.jpg', 'preview-256'));
    const files = () =>
      readdirSync(previewsDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    await expect.poll(() => files().filter((entry) => entry.name.endsWith('.jpeg')).length).toBe(1);
    const [file] = files();
    expect(statSync(join(file?.parentPath as string, file?.name as string)).mode & 0o777).toBe(0o600);
    const disk = await openPreviewDisk(previewsDir, 1e6, { info() {}, warn() {}, error() {} } as never);
    expect((await disk.read(file?.name as string))?.toString()).toBe('jpeg 256 of pixels');
  });

  test('of a file that cannot be decoded say so and are not tried at once again', async () => {
    let tries = 0;
    const { proxy } = await withDecoder({ makePreview: () => Promise.reject(new Error(`crash ${++tries}`)) });
    addFile(proxy, 'bad.jpg', 'x');
    const path = linkPath(proxy, 'bad.jpg', 'preview-256');
    for (let i = 0; i < 3; i++) expect((await ask(proxy.port, path)).status).toBe(415);
    expect(tries).toBe(1);
  });

  test('of a changed file are 409, of a replaced or removed one 404, though they are in memory', async () => {
    const { proxy, asked } = await withDecoder();
    addFile(proxy, 'a.jpg', 'pixels');
    addFile(proxy, 'b.jpg', 'pixels');
    const [a, b] = [linkPath(proxy, 'a.jpg', 'preview-256'), linkPath(proxy, 'b.jpg', 'preview-256')];
    await ask(proxy.port, b);
    writeFileSync(join(proxy.folder, 'a.jpg'), 'SECRET');
    expect((await ask(proxy.port, a)).status).toBe(409);
    expect(asked).toHaveLength(1);
    proxy.state.prepare("update items set generation = 2 where reference_id = 'b.jpg'").run();
    expect((await ask(proxy.port, b)).status).toBe(404);
    proxy.state.prepare("update items set generation = 1, presence = 'missing' where reference_id = 'b.jpg'").run();
    expect((await ask(proxy.port, b)).status).toBe(404);
    proxy.state.prepare("update items set presence = 'live'").run();
    proxy.state.prepare("update sources set state = 'suspended'").run();
    expect((await ask(proxy.port, b)).status).toBe(503);
  });
});

describe('the cache on disk', () => {
  const key = (n: number): string => `${n.toString(16).padStart(32, '0')}-1-256.webp`;
  const quiet = { info() {}, warn() {}, error() {} } as never;

  test('keeps to its size and drops what was used longest ago', async () => {
    const disk = await openPreviewDisk(mkdtempSync(join(tmpdir(), 'disk-')), 10 * 1016, quiet);
    for (let n = 0; n < 10; n++) await disk.write(key(n), Buffer.alloc(1000, n + 1));
    expect(await disk.read(key(0))).toHaveLength(1000);
    for (let n = 10; n < 15; n++) await disk.write(key(n), Buffer.alloc(1000, n));
    expect(disk.bytes()).toBeLessThanOrEqual(10 * 1016);
    expect(await disk.read(key(0))).toHaveLength(1000);
    expect(await disk.read(key(1))).toBeUndefined();
  });

  test('does not hand out what a power cut left half written, and sweeps its parts', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'disk-'));
    const disk = await openPreviewDisk(folder, 1e6, quiet);
    await disk.write(key(1), Buffer.alloc(1000, 1));
    const file = join(folder, '00', key(1));
    writeFileSync(file, readFileSync(file).subarray(0, 500));
    expect(await disk.read(key(1))).toBeUndefined();
    expect(existsSync(file)).toBe(false);
    writeFileSync(join(folder, '00', `${key(2)}.abc.part`), 'x');
    await openPreviewDisk(folder, 1e6, quiet);
    expect(readdirSync(join(folder, '00'))).toEqual([]);
  });

  test('that cannot be written costs no answer', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'disk-'));
    const disk = await openPreviewDisk(folder, 1e6, quiet);
    writeFileSync(join(folder, '00'), 'a file where a folder should be');
    await disk.write(key(1), Buffer.alloc(10));
    expect(disk.bytes()).toBe(0);
  });
});
