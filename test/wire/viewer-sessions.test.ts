import { localEndpoints } from '@nucleus/shared/wire/local';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashPasscode } from '../../agent/src/proxy/passcode.ts';
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
} from '../builders/a-proxy.ts';

let running: ProxyUnderTest;
let lan: ProxyUnderTest;
beforeAll(async () => {
  running = await aProxy();
  addFile(running, 'a.jpg', 'pixels');
  // published under a name: what a reverse proxy on this machine would forward also comes from loopback
  lan = await aProxy({ publicUrl: 'https://agent.corp.example', passcodeHash: await hashPasscode('correct horse') });
  addFile(lan, 'a.jpg', 'pixels');
});
afterAll(() => Promise.all([running.close(), lan.close()]));

const bearer = (session: string) => ({ authorization: `Bearer ${session}` });
const codeOf = (reply: { status: number; headers: Record<string, unknown> }) => [
  reply.status,
  reply.headers['x-error-code'],
];
const connect = async (on: ProxyUnderTest, body: object, headers = {}) => post(on.port, '/v1/connect', body, headers);

describe('the viewer opens by a code', () => {
  test('once', async () => {
    const code = running.proxy.mintViewerCode();
    const first = await post(running.port, '/v1/viewer/session', { code });
    expect(localEndpoints.openViewer.reply.parse(json(first)).session).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(first.headers['set-cookie']).toBeUndefined();
    expect(codeOf(await post(running.port, '/v1/viewer/session', { code }))).toEqual([401, 'unauthenticated']);
  });
  test('for ten minutes', async () => {
    const code = running.proxy.mintViewerCode();
    running.clock.offset = 601;
    expect((await post(running.port, '/v1/viewer/session', { code })).status).toBe(401);
    running.clock.offset = 0;
  });
  test.each(['https://evil.test', aDashboard, 'null'])('not from a page of %s', async (origin) => {
    const code = running.proxy.mintViewerCode();
    expect(codeOf(await post(running.port, '/v1/viewer/session', { code }, { origin }))).toEqual([
      403,
      'origin-refused',
    ]);
  });
  test('not from a form: a foreign type or no Origin is refused', async () => {
    const body = JSON.stringify({ code: running.proxy.mintViewerCode() });
    const origin = `http://127.0.0.1:${running.port}`;
    const send = (headers: Record<string, string>) =>
      ask(running.port, '/v1/viewer/session', { method: 'POST', headers, body });
    expect(codeOf(await send({ origin, 'content-type': 'text/plain' }))).toEqual([415, 'unsupported-media-type']);
    expect(codeOf(await send({ origin }))).toEqual([415, 'unsupported-media-type']);
    expect(codeOf(await send({ 'content-type': 'application/json' }))).toEqual([403, 'origin-refused']);
  });
  test('guesses end in a pause, good codes do not add up', async () => {
    const fresh = await aProxy();
    const guess = () => post(fresh.port, '/v1/viewer/session', { code: 'A'.repeat(22) });
    for (let i = 0; i < 12; i++) await aViewer(fresh);
    for (let i = 0; i < 10; i++) expect((await guess()).status).toBe(401);
    const paused = await guess();
    expect([...codeOf(paused), paused.headers['retry-after']]).toEqual([429, 'too-many-attempts', '900']);
    fresh.clock.offset = 901;
    expect((await guess()).status).toBe(401);
    await fresh.close();
  });
});

describe('a dashboard connects', () => {
  test('by consent on this machine', async () => {
    const reply = await connect(running, { origin: aDashboard });
    expect(reply.status).toBe(200);
    const session = localEndpoints.connectDashboard.reply.parse(json(reply));
    expect(session.expires_at - Date.now() / 1000).toBeCloseTo(8 * 3600, -1);
  });
  test.each(['https://evil.test', 'null', `${aDashboard}/`, 'https://dash.example.com.evil.test'])(
    'never for %s',
    async (origin) => expect(codeOf(await connect(running, { origin }))).toEqual([403, 'origin-refused']),
  );
  test('never when asked by a page that is not the agent’s', async () => {
    expect(codeOf(await connect(running, { origin: aDashboard }, { origin: aDashboard }))).toEqual([
      403,
      'origin-refused',
    ]);
  });
  test('the viewer itself is never opened by consent alone', async () => {
    expect(codeOf(await connect(running, { origin: `http://127.0.0.1:${running.port}` }))).toEqual([403, 'forbidden']);
  });
  test('with the passcode when the agent is published to others, though every peer looks local', async () => {
    expect(codeOf(await connect(lan, { origin: aDashboard }))).toEqual([401, 'unauthenticated']);
    expect(codeOf(await connect(lan, { origin: aDashboard, passcode: 'wrong' }))).toEqual([401, 'unauthenticated']);
    expect((await connect(lan, { origin: aDashboard, passcode: 'correct horse' })).status).toBe(200);
    const own = await connect(lan, { origin: 'https://agent.corp.example', passcode: 'correct horse' });
    const overview = await ask(lan.port, '/v1/viewer/overview', {
      headers: bearer(json<{ session: string }>(own).session),
    });
    expect(overview.status).toBe(200);
  });
  test('ten wrong passcodes pause the address, parallel ones too; the right one does not help then', async () => {
    const fresh = await aProxy({ publicUrl: 'https://a.example', passcodeHash: await hashPasscode('right') });
    const tries = await Promise.all(
      Array.from({ length: 13 }, () => connect(fresh, { origin: aDashboard, passcode: 'wrong' })),
    );
    expect(tries.filter((reply) => reply.status === 401)).toHaveLength(10);
    expect(codeOf(await connect(fresh, { origin: aDashboard, passcode: 'right' }))).toEqual([429, 'too-many-attempts']);
    fresh.clock.offset = 901;
    expect((await connect(fresh, { origin: aDashboard, passcode: 'right' })).status).toBe(200);
    await fresh.close();
  });
});

describe('a session', () => {
  const aSession = async () => json<{ session: string }>(await connect(running, { origin: aDashboard })).session;
  const items = [{ source: 'main', reference_id: 'a.jpg', variant: 'original' }];
  const mint = (session: string, origin = aDashboard) =>
    post(running.port, '/v1/media-links', { items }, { origin, ...bearer(session) });

  test('mints links, in order, that open; what is missing says so', async () => {
    const session = await aSession();
    const wanted = [
      { source: 'main', reference_id: 'nope', variant: 'original' },
      ...items,
      { ...items[0], source: 'other' },
    ];
    const reply = await post(
      running.port,
      '/v1/media-links',
      { items: wanted },
      { origin: aDashboard, ...bearer(session) },
    );
    const { links } = localEndpoints.mintMediaLinks.reply.parse(json(reply));
    expect(links.map((link) => ('error' in link ? link.error : 'url'))).toEqual([
      'item-not-found',
      'url',
      'item-not-found',
    ]);
    const url = new URL((links[1] as { url: string }).url);
    expect((await ask(running.port, url.pathname)).body.toString()).toBe('pixels');
    expect(reply.headers['access-control-allow-origin']).toBe(aDashboard);
  });
  test('gets a link to the bytes of what has no preview, and to a preview of it the reason why not', async () => {
    const session = await aSession();
    const kinds = ['hevc', 'video', 'no-preview', 'bitmap-kind'] as const;
    const set = running.state.prepare(
      `update items set facts = json_set(facts, '$.noPixels', ?) where reference_id = ?`,
    );
    for (const kind of kinds) {
      addFile(running, `without-${kind}`, 'bytes');
      set.run(kind, `without-${kind}`);
    }
    for (const variant of ['preview-256', 'original'] as const) {
      const wanted = kinds.map((kind) => ({ source: 'main', reference_id: `without-${kind}`, variant }));
      const reply = await post(
        running.port,
        '/v1/media-links',
        { items: wanted },
        { origin: aDashboard, ...bearer(session) },
      );
      const { links } = localEndpoints.mintMediaLinks.reply.parse(json(reply));
      const expected = variant === 'original' ? kinds.map(() => 'url') : kinds.map((kind) => `no-preview ${kind}`);
      expect(links.map((link) => ('why' in link ? `${link.error} ${link.why}` : 'url'))).toEqual(expected);
    }
    expect(() => linkPath(running, 'without-hevc', 'preview-256')).toThrow('HEVC');
  });
  test('cannot be made out of its links', async () => {
    const session = await aSession();
    const [link] = json<{ links: { url: string }[] }>(await mint(session)).links;
    const payload = Buffer.from(new URL(link?.url as string).pathname.split('.')[2] as string, 'base64url');
    const inLink = payload.subarray(33, 49).toString('base64url');
    expect(inLink).not.toBe(session);
    expect(running.proxy.sessions.list().map((known) => known.sessionId)).toContain(inLink);
    expect((await mint(inLink)).status).toBe(401);
  });
  test('is bound to its origin', async () => {
    expect(codeOf(await mint(await aSession(), `http://127.0.0.1:${running.port}`))).toEqual([403, 'origin-refused']);
  });
  test('of a dashboard never shows file names', async () => {
    const session = await aSession();
    for (const path of ['/v1/viewer/overview', `/v1/viewer/items/${'0'.repeat(32)}/left`]) {
      expect(codeOf(await ask(running.port, path, { headers: bearer(session) }))).toEqual([403, 'forbidden']);
    }
  });
  test('dies with its links the moment it is revoked', async () => {
    const session = await aSession();
    const [link] = json<{ links: { url: string }[] }>(await mint(session)).links;
    const path = new URL(link?.url as string).pathname;
    expect((await ask(running.port, path)).status).toBe(200);
    const payload = Buffer.from(path.split('.')[2] as string, 'base64url');
    expect(running.proxy.sessions.revoke(payload.subarray(33, 49).toString('base64url'))).toBe(true);
    expect((await ask(running.port, path)).status).toBe(404);
    expect((await mint(session)).status).toBe(401);
  });
  test('ends after eight hours', async () => {
    const session = await aSession();
    running.clock.offset = 8 * 3600 - 5;
    expect((await mint(session)).status).toBe(200);
    running.clock.offset = 8 * 3600 + 5;
    expect((await mint(session)).status).toBe(401);
    running.clock.offset = 0;
  });
  test.each(['', 'Bearer', 'Bearer x', 'Basic YTpi', `Bearer ${'A'.repeat(22)}`, `Bearer ${'A'.repeat(23)}`])(
    'is not %j',
    async (authorization) => {
      const headers = { authorization, origin: aDashboard };
      expect((await post(running.port, '/v1/media-links', { items }, headers)).status).toBe(401);
    },
  );
});

describe('bodies', () => {
  const send = async (body: string, headers = {}) =>
    ask(running.port, '/v1/media-links', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'origin': `http://127.0.0.1:${running.port}`,
        ...bearer(await aViewer(running)),
        ...headers,
      },
      body,
    });
  test('over 1 MiB are refused', async () => {
    expect(codeOf(await send(' '.repeat(1024 * 1024 + 1)))).toEqual([413, 'body-too-large']);
    expect(codeOf(await send(' '.repeat(1024 * 1024 + 1), { 'transfer-encoding': 'chunked' }))).toEqual([
      413,
      'body-too-large',
    ]);
  });
  test.each(['', '{', 'null x', '\ud800'])('%j is no JSON', async (body) => {
    expect(codeOf(await send(body))).toEqual([400, 'invalid-json']);
  });
  test.each([
    [{ items: [] }, 'items'],
    [{ items: [], more: 1 }, 'items'],
    [{ items: [{ source: 'main', reference_id: 'a.jpg', variant: 'huge' }] }, 'items.0.variant'],
    [{ items: [{ source: '../x', reference_id: 'a.jpg', variant: 'original' }] }, 'items.0.source'],
    [
      { items: Array.from({ length: 501 }, () => ({ source: 'main', reference_id: 'a', variant: 'original' })) },
      'items',
    ],
  ])('%# is refused at its place', async (body, at) => {
    const reply = await send(JSON.stringify(body));
    expect([...codeOf(reply), json(reply).at]).toEqual([400, 'invalid-request', at]);
  });
});
