/** Signing in to the dashboard, and what its pages may reach. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ACloud, aCloud } from './a-cloud.ts';
import { anAgent } from './an-agent.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

onEachDatabase('dashboard sessions', (open) => {
  let cloud: ACloud;
  let nowMs = Date.now();
  beforeAll(async () => {
    const pages = await mkdtemp(join(tmpdir(), 'pages-'));
    await writeFile(join(pages, 'index.html'), '<!doctype html><title>dashboard</title>');
    await writeFile(join(pages, 'app.js'), 'export {};');
    cloud = await aCloud({ database: await open(), pages, clock: () => nowMs });
  });
  afterAll(() => cloud.close());

  const signIn = (body: object, headers: Record<string, string> = {}) =>
    send(`${cloud.url}/v1/session`, { body, headers });
  const aCode = async () => (await cloud.running.createSignInLink()).split('#')[1] ?? '';
  const aCookie = async () => (await signIn({ code: await aCode() })).headers.get('set-cookie')?.split(';')[0] ?? '';

  test('a link signs in once, with a cookie that scripts and other sites cannot use', async () => {
    const code = await aCode();
    const first = await signIn({ code });
    expect(first.body).toMatchObject({ tenant: { name: 'default' }, scopes: ['admin'] });
    const cookie = first.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^__Host-nucleus=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/);
    expect((await signIn({ code })).status).toBe(401);
    const who = await send(`${cloud.url}/v1/session`, { headers: { cookie: cookie.split(';')[0] ?? '' } });
    expect(who.body).toMatchObject({ tenant: { name: 'default' } });
  });

  test('a link expires after ten minutes', async () => {
    const code = await aCode();
    nowMs += 10 * 60_000 + 1;
    expect((await signIn({ code })).status).toBe(401);
  });

  test('a key signs in with its own scopes', async () => {
    const key = await cloud.makeKey({ scopes: ['read'] });
    expect((await signIn({ key })).body.scopes).toEqual(['read']);
  });

  test('a cookie changes nothing without the dashboard’s origin', async () => {
    const cookie = await aCookie();
    const create = (headers: Record<string, string>) =>
      send(`${cloud.url}/v1/nucleus/dataset/create`, { body: { name: 'x' }, headers: { cookie, ...headers } });
    expect((await create({})).status).toBe(403);
    expect((await create({ origin: 'https://evil.test' })).headers.get('x-error-code')).toBe('origin-refused');
    expect((await create({ origin: 'null' })).status).toBe(403);
    expect((await create({ origin: cloud.url })).status).toBe(200);
    expect((await signIn({ code: await aCode() }, { origin: 'https://evil.test' })).status).toBe(403);
  });

  test('signing out ends the session', async () => {
    const cookie = await aCookie();
    const out = await send(`${cloud.url}/v1/session`, { method: 'DELETE', headers: { cookie, origin: cloud.url } });
    expect(out.body).toEqual({ signed_out: true });
    expect((await send(`${cloud.url}/v1/session`, { headers: { cookie } })).status).toBe(401);
  });

  test('guessing is slowed down with 429 and a time to wait', async () => {
    nowMs += 3_600_000;
    const tries = [];
    for (let count = 0; count < 12; count += 1) tries.push(await signIn({ code: 'guess-guess-guess' }));
    expect(tries.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429, 429]);
    expect(Number(tries.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
    nowMs += 60_001;
    expect((await signIn({ code: await aCode() })).status).toBe(200);
  });

  test('pages reach approved agents of the signed-in tenant and nothing else', async () => {
    const agent = await anAgent(cloud);
    const cookie = await aCookie();
    const policy = async (headers: Record<string, string>) =>
      (await send(`${cloud.url}/datasets`, { headers })).headers.get('content-security-policy') ?? '';
    expect(await policy({ cookie })).not.toContain('8787');
    await send(`${cloud.url}/v1/agents/${agent.agentId}/approve`, { method: 'POST', key: cloud.adminKey, body: {} });
    expect(await policy({ cookie })).toContain("img-src 'self' blob: data: http://127.0.0.1:8787");
    expect(await policy({ cookie })).toContain("connect-src 'self' http://127.0.0.1:8787");
    expect(await policy({})).not.toContain('8787');
    expect(await policy({ cookie })).not.toContain('upgrade-insecure-requests');
  });

  test('every page path answers the page, files answer themselves, the API answers JSON', async () => {
    const page = await send(`${cloud.url}/datasets/ds_x/items`);
    expect([page.status, page.text]).toEqual([200, '<!doctype html><title>dashboard</title>']);
    expect(page.headers.get('permissions-policy')).toContain('local-network=(self), loopback-network=(self)');
    expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin-allow-popups');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect((await send(`${cloud.url}/app.js`)).text).toBe('export {};');
    for (const path of ['/d/ds_x/i/a%2Fb.jpg', '/d/ds_x/i/a/b.jpg', '/d/ds_x/i/.hidden', '/d/ds_x?q=a.b']) {
      expect([path, (await send(cloud.url + path)).text]).toEqual([path, '<!doctype html><title>dashboard</title>']);
    }
    for (const path of ['/missing.js', '/.env', '/assets/missing.js', '/assets/missing', '/v1/nothing.html']) {
      expect([path, (await send(cloud.url + path)).status]).toEqual([path, 404]);
    }
    expect((await send(`${cloud.url}/v1/nothing`)).body).toMatchObject({ code: 'not-found' });
  });

  test('health, readiness and metrics answer anybody', async () => {
    expect((await send(`${cloud.url}/healthz`)).status).toBe(200);
    expect((await send(`${cloud.url}/readyz`)).body).toEqual({ status: 'ok' });
    const metrics = (await send(`${cloud.url}/metrics`)).text;
    expect(metrics).toContain('nucleus_http_requests_total{route="/v1/session",method="POST",status="200"}');
    expect(metrics).not.toMatch(/(ds|di|agt|key|ten)_[a-z0-9]{20}|(live|test)_[\w-]{43}/);
  });
});
