import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { localEndpoints } from '@nucleus/shared/wire/local';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aDashboard, addFile, aProxy, ask, aViewer, json, type ProxyUnderTest, post } from '../builders/a-proxy.ts';

const web = mkdtempSync(join(tmpdir(), 'web-'));
let running: ProxyUnderTest;
beforeAll(async () => {
  mkdirSync(join(web, 'assets'));
  writeFileSync(join(web, 'index.html'), '<!doctype html>viewer');
  writeFileSync(join(web, 'connect.html'), '<!doctype html>connect');
  writeFileSync(join(web, 'assets', 'main-Ab3dE5gH.js'), 'run()');
  running = await aProxy({ webRoot: web, assetIpAllowlist: ['127.0.0.2', '10.0.0.0/8', 'fd00::/8'] });
  addFile(running, 'dir/a b.jpg', 'pixels');
  addFile(running, 'moved/now.jpg', 'moved', { referenceId: 'was/there.jpg' });
});
afterAll(() => running.close());

const codeOf = (reply: { status: number; headers: Record<string, unknown> }) => [
  reply.status,
  reply.headers['x-error-code'],
];

describe('/assets answers a session or an address on the list, nobody else', () => {
  const paths = ['/assets/main/dir/a%20b.jpg', '/assets/main/dir%2Fa%20b.jpg', '/assets/main/dir%2fa%20b.jpg?x=1'];
  test.each(paths)('%s with a bearer', async (path) => {
    const headers = { authorization: `Bearer ${await aViewer(running)}` };
    const reply = await ask(running.port, path, { headers });
    expect([reply.status, reply.body.toString()]).toEqual([200, 'pixels']);
    expect(reply.headers).toMatchObject({
      'cache-control': 'private, no-cache',
      'cross-origin-resource-policy': 'same-origin',
    });
  });
  test.each(['/assets/main/was/there.jpg', '/assets/main/moved/now.jpg'])(
    '%s: by id, then by current path',
    async (path) => {
      const reply = await ask(running.port, path, { localAddress: '127.0.0.2' });
      expect(reply.body.toString()).toBe('moved');
    },
  );
  test('loopback without either is nobody', async () => {
    for (const path of [...paths, '/assets/main/nope', '/assets/other/x', '/assets/', '/assets/main/%ff']) {
      expect(codeOf(await ask(running.port, path))).toEqual([401, 'unauthenticated']);
    }
  });
  test.each<Record<string, string>>([
    { origin: aDashboard },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { authorization: `Bearer ${'A'.repeat(22)}` },
  ])('an allowed address does not lend itself to a page or a wrong bearer: %j', async (headers) => {
    const reply = await ask(running.port, paths[0] as string, { localAddress: '127.0.0.2', headers });
    expect(codeOf(reply)).toEqual([401, 'unauthenticated']);
  });
  test('X-Forwarded-For is not believed', async () => {
    const reply = await ask(running.port, paths[0] as string, {
      headers: { 'x-forwarded-for': '127.0.0.2', 'forwarded': 'for=127.0.0.2' },
    });
    expect(reply.status).toBe(401);
  });
  test.each(['010.0.0.1', '127.1', 'localhost', '10.0.0.0/33', 'x'])('%s is no entry of the list', async (entry) => {
    await expect(aProxy({ assetIpAllowlist: [entry] })).rejects.toMatchObject({ code: 'config-invalid' });
  });
});

describe('paths that try to leave the root', () => {
  const up = ['..', '%2e%2e', '%2E.', '%252e%252e', '..%c0%af', '%c0%ae%c0%ae', '....', '..;', '..%00', '.%2e'];
  const targets = ['etc/passwd', 'proc/self/environ', 'root/.ssh/id_rsa'];
  const vectors = [
    ...up.flatMap((dots) => targets.map((target) => `/assets/main/${`${dots}/`.repeat(6)}${target}`)),
    ...up.map((dots) => `/assets/main/dir/${`${dots}%2f`.repeat(6)}etc%2fpasswd`),
    ...up.map((dots) => `/${`${dots}/`.repeat(6)}etc/passwd`),
    '/assets/main//etc/passwd',
    '/assets/main/%2fetc%2fpasswd',
    '/assets/main/file:///etc/passwd',
    '/assets/main/..\\..\\..\\etc\\passwd',
    '/assets/main/%5c..%5c..%5cetc%5cpasswd',
    '/assets/main/\\\\host\\share',
    '/assets/../../../etc/passwd',
    '/assets/%2e%2e/%2e%2e/etc/passwd',
    '/viewer/../../../../etc/passwd',
    '/viewer/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
  ];
  /** What a server makes of a path that it decodes, as often as there is something to decode, and joins to its root. */
  const carelessly = (path: string): string => {
    let text = path.replace(/^\/(assets\/main|assets|viewer)\//, '').replaceAll('\\', '/');
    for (let last = ''; last !== text; ) {
      last = text;
      text = text.replace(/%c0%(ae|af)/gi, (_, code) => (code.toLowerCase() === 'ae' ? '.' : '/'));
      text = text.replace(/%([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
    }
    return text.startsWith('/') ? resolve(text) : resolve('/srv/pictures/root', text.replaceAll('\0', ''));
  };
  test('the list has 60, and most of them lead a careless server out of its root', () => {
    expect(vectors).toHaveLength(60);
    const outside = vectors.filter((path) => !carelessly(path).startsWith('/srv/pictures/root'));
    expect(outside.length).toBeGreaterThan(40);
  });
  test.each(vectors)('%s opens nothing', async (path) => {
    for (const [method, headers] of [
      ['GET', {}],
      ['HEAD', {}],
      ['GET', { range: 'bytes=0-100' }],
    ] as const) {
      const reply = await ask(running.port, path, { method, headers, localAddress: '127.0.0.2' });
      expect([400, 404, 421]).toContain(reply.status);
      expect(reply.body.toString()).not.toMatch(/root:|PATH=|passwd/);
    }
  });
  test('a link that was catalogued as a file opens nothing either', async () => {
    // what a path-joining server would serve for the same row
    addFile(running, 'innocent.jpg', 'x', { referenceId: 'trap' });
    running.state
      .prepare("update items set path = ? where reference_id = 'trap'")
      .run(Buffer.from('../data/state/agent.db'));
    const reply = await ask(running.port, '/assets/main/trap', { localAddress: '127.0.0.2' });
    expect(reply.status).toBe(404);
  });
});

describe('the agent’s pages', () => {
  test('/ leads to the viewer', async () => {
    expect((await ask(running.port, '/')).headers.location).toBe('/viewer/');
    expect((await ask(running.port, '/viewer')).headers.location).toBe('/viewer/');
  });
  test.each([
    ['/viewer/', 'viewer', 'same-origin'],
    ['/connect', 'connect', 'unsafe-none'],
    ['/connect?origin=https%3A%2F%2Fx&state=y', 'connect', 'unsafe-none'],
  ])('%s runs its own scripts only', async (path, text, opener) => {
    const reply = await ask(running.port, path);
    expect(reply.body.toString()).toBe(`<!doctype html>${text}`);
    expect(reply.headers['cross-origin-opener-policy']).toBe(opener);
    expect(reply.headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    );
    expect(reply.headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
    });
    expect((await ask(running.port, path, { headers: { 'if-none-match': reply.headers.etag as string } })).status).toBe(
      304,
    );
  });
  test('hashed files are kept for ever, unknown ones are not there', async () => {
    const script = await ask(running.port, '/viewer/assets/main-Ab3dE5gH.js');
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect(codeOf(await ask(running.port, '/viewer/assets/'))).toEqual([404, 'not-found']);
    expect(codeOf(await ask(running.port, '/viewer/', { method: 'POST' }))).toEqual([405, 'method-not-allowed']);
  });
  test('/metrics is for this machine', async () => {
    const reply = await ask(running.port, '/metrics');
    expect(reply.body.toString()).toContain('nucleus_agent_http_replies_total');
    const published = await aProxy({ publicUrl: 'https://agent.example' });
    expect((await ask(published.port, '/metrics', { headers: { host: 'agent.example' } })).status).toBe(404);
    await published.close();
  });
  test('another Host is answered 421 before anything else', async () => {
    for (const path of ['/', '/viewer/', '/v1/ping', '/m/x', '/healthz', '/nope']) {
      const reply = await ask(running.port, path, { headers: { host: 'evil.test' } });
      expect(codeOf(reply)).toEqual([421, 'wrong-host']);
    }
  });
});

describe('every endpoint of the table', () => {
  const { pageLocalItems, ping } = localEndpoints;
  test.each(Object.entries(localEndpoints))(
    '%s is mounted, refuses other methods and, when it must, strangers',
    async (_, endpoint) => {
      const path = endpoint.path.replace(':key', '0'.repeat(32)).replace(':n', '1');
      const origin = `http://127.0.0.1:${running.port}`;
      const wrong = await ask(running.port, path, { method: 'DELETE', headers: { origin } });
      expect(codeOf(wrong)).toEqual([405, 'method-not-allowed']);
      if (endpoint.access !== 'viewer') return;
      const reply = endpoint.method === 'get' ? await ask(running.port, path) : await post(running.port, path, {});
      expect(codeOf(reply)).toEqual([401, 'unauthenticated']);
    },
  );
  test('ping', async () => expect(ping.reply.parse(json(await ask(running.port, '/v1/ping'))).version).toBe('0.1.0'));
  test('items and exceptions', async () => {
    const headers = { authorization: `Bearer ${await aViewer(running)}` };
    running.state
      .prepare(
        "update items set status = 'exception', exception_code = 'undecodable', exception_sentence = 'No.', strikes = 2 where reference_id = 'was/there.jpg'",
      )
      .run();
    running.state
      .prepare(`update items set sidecar = '{"fields":{},"fault":"not-json"}' where path = cast('dir/a b.jpg' as blob)`)
      .run();
    const page = pageLocalItems.reply.parse(
      json(await post(running.port, pageLocalItems.path, { offset: 0, limit: 1 }, headers)),
    );
    expect(page).toMatchObject({ total: 2, items: [{ path: '../data/state/agent.db' }] });
    const last = pageLocalItems.reply.parse(
      json(await post(running.port, pageLocalItems.path, { offset: 1, limit: 9, source: 'main' }, headers)),
    );
    expect(last.items).toMatchObject([
      { path: 'dir/a b.jpg', state: 'queued', width: 4000, format: 'jpeg', blurhash: expect.any(String) },
    ]);
    expect(last.items[0]?.sidecar_fault).toBe('The sidecar file is not JSON, or not an object.');
    expect(page.items[0]?.sidecar_fault).toBeUndefined();
    const exceptions = await post(running.port, '/v1/viewer/exceptions', { offset: 0, limit: 10 }, headers);
    expect(localEndpoints.pageExceptions.reply.parse(json(exceptions))).toEqual({
      total: 1,
      exceptions: [
        {
          key: expect.stringMatching(/^[0-9a-f]{32}$/),
          source: 'main',
          path: 'moved/now.jpg',
          code: 'undecodable',
          sentence: 'No.',
          byte_size: 5,
          strikes: 2,
        },
      ],
    });
    const overview = await ask(running.port, '/v1/viewer/overview', { headers });
    expect(localEndpoints.getOverview.reply.parse(json(overview)).cloud_state).toBe('never-reached');
    const left = await ask(running.port, `/v1/viewer/items/${'0'.repeat(32)}/left`, { headers });
    expect(codeOf(left)).toEqual([404, 'item-not-found']);
  });
});

test('a port in use is named', async () => {
  const listen = `127.0.0.1:${running.port}`;
  await expect(aProxy({ listen })).rejects.toMatchObject({
    code: 'port-in-use',
    message: expect.stringContaining(String(running.port)),
  });
});
