import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aDashboard, addFile, aProxy, ask, linkPath, type ProxyUnderTest } from '../builders/a-proxy.ts';

let running: ProxyUnderTest;
beforeAll(async () => {
  running = await aProxy();
  addFile(running, 'a.jpg', 'pixels');
});
afterAll(() => running.close());

/** 30 values; one is the configured dashboard. */
const origins = [
  aDashboard,
  'null',
  '*',
  'https://evil.test',
  'http://dash.example.com',
  'https://dash.example.com:8443',
  'https://dash.example.com:443',
  'https://dash.example.com/',
  'https://dash.example.com.',
  'https://dash.example.com.evil.test',
  'https://evildash.example.com',
  'https://xdash.example.com',
  'https://sub.dash.example.com',
  'https://example.com',
  'https://dash.example.co',
  'https://DASH.example.com',
  'HTTPS://dash.example.com',
  'https://dash.example.com@evil.test',
  'https://evil.test/https://dash.example.com',
  'https://evil.test#https://dash.example.com',
  'https://dash.example.com, https://evil.test',
  'https://evil.test https://dash.example.com',
  'https://dash_example.com',
  'https://dash.example.com%00.evil.test',
  'https://dash.example.com\\@evil.test',
  'https://dаsh.example.com'.replace('а', '%D0%B0'),
  'file://',
  'chrome-extension://abcdefgh',
  'data:',
  'dash.example.com',
];
const careless = (origin: string): boolean => origin.startsWith(aDashboard) || origin.endsWith('dash.example.com');

describe('exactly one of 30 origins may read', () => {
  test('the list has 30', () => expect(new Set(origins).size).toBe(30));

  for (const path of ['/m', '/assets/main/a.jpg', '/v1/ping', '/v1/media-links']) {
    test.each(['GET', 'OPTIONS'])(`${path} by %s`, async (method) => {
      const granted: string[] = [];
      for (const origin of origins) {
        const target = path === '/m' ? linkPath(running, 'a.jpg') : path;
        const reply = await ask(running.port, target, { method, headers: { origin } });
        const allowed = reply.headers['access-control-allow-origin'];
        expect(['*', 'null']).not.toContain(allowed);
        expect(reply.headers['access-control-allow-credentials']).toBeUndefined();
        expect(reply.headers['set-cookie']).toBeUndefined();
        if (allowed !== undefined) {
          expect(allowed).toBe(origin);
          expect(reply.headers.vary).toContain('Origin');
          granted.push(origin);
        } else {
          expect(reply.headers['x-error-code']).toBe('origin-refused');
        }
      }
      expect(granted).toEqual([aDashboard]);
    });
  }

  test('the viewer’s own API is not for the dashboard', async () => {
    const reply = await ask(running.port, '/v1/viewer/overview', { headers: { origin: aDashboard } });
    expect([reply.status, reply.headers['access-control-allow-origin']]).toEqual([403, undefined]);
  });

  test('the list catches a check by prefix or suffix', () => {
    expect(origins.filter((origin) => origin !== aDashboard && careless(origin)).length).toBeGreaterThan(5);
  });
});

test('a preflight says what a page may send', async () => {
  const reply = await ask(running.port, '/v1/media-links', { method: 'OPTIONS', headers: { origin: aDashboard } });
  expect(reply.status).toBe(204);
  expect(reply.headers).toMatchObject({
    'access-control-allow-methods': 'POST, OPTIONS',
    'access-control-allow-headers': 'authorization, content-type, if-none-match, if-range, range',
    'access-control-max-age': '600',
  });
});
