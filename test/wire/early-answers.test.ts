import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limitConnections } from '../../agent/src/proxy/limit-connections.ts';
import { serveEarly } from '../../agent/src/proxy/serve-early.ts';
import { aDashboard, addFile, aProxy, ask, linkPath, type ProxyUnderTest } from '../builders/a-proxy.ts';

/** Links that were answered before are answered before the HTTP parser. Here every request is asked both ways: the answers must be one. */

let running: ProxyUnderTest;
let host: string;
let preview: string;
let original: string;
beforeAll(async () => {
  running = await aProxy({ makePreview: () => Promise.resolve(Buffer.alloc(20_000, 'preview ')) });
  host = `127.0.0.1:${running.port}`;
  addFile(running, 'a.jpg', 'pixels of a');
  preview = linkPath(running, 'a.jpg', 'preview-256');
  original = linkPath(running, 'a.jpg');
});
afterAll(() => running.close());

/** A connection on which heads are sent as they are; replies end where they say, and `undefined` is the end of the connection. */
async function aConnection(port: number) {
  const socket: Socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let held = Buffer.alloc(0);
  let isOver = false;
  let wake = (): void => undefined;
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    wake();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    isOver = true;
    wake();
  });
  const next = async (hasBody: boolean): Promise<{ head: string; body: string } | undefined> => {
    for (;;) {
      const end = held.indexOf('\r\n\r\n');
      const head = held.toString('latin1', 0, Math.max(0, end));
      const length = hasBody ? Number(/\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0) : 0;
      if (end >= 0 && held.length >= end + 4 + length) {
        const body = held.toString('latin1', end + 4, end + 4 + length);
        held = held.subarray(end + 4 + length);
        // what is different with every second
        return { head: head.replace(/\r\nDate: .*GMT/, '').replace(/max-age=\d+/, 'max-age='), body };
      }
      if (isOver) return undefined;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    send: (text: string): void => void socket.write(Buffer.from(text, 'latin1')),
    next,
    async get(text: string) {
      socket.write(Buffer.from(text, 'latin1'));
      return next(!text.startsWith('HEAD'));
    },
    isOpen: () => !isOver,
    close: () => socket.destroy(),
  };
}
const plain = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;

/** The same request first on its connection, and on one that the HTTP server has. */
async function bothWays(text: string) {
  const [early, late] = [await aConnection(running.port), await aConnection(running.port)];
  await late.get(`HEAD /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  const replies = await Promise.all([early.get(text), late.get(text)]);
  early.close();
  late.close();
  return replies;
}

describe('asked first or asked later', () => {
  test.each([
    ['nothing', ''],
    [
      'a browser’s headers',
      'Accept: image/avif,image/webp,*/*\r\nUser-Agent: Mozilla/5.0\r\nSec-Fetch-Site: cross-site\r\n',
    ],
    ['an origin', `Origin: ${aDashboard}\r\n`],
    ['the wish to close', 'Connection: close\r\n'],
  ])('with %s a link has one answer, to the letter', async (_, more) => {
    for (const path of [preview, original]) {
      await bothWays(plain(path, more));
      const [early, late] = await bothWays(plain(path, more));
      expect(early?.head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(early).toEqual(late);
    }
  });

  const refused: [string, (path: string) => string, number][] = [
    ['another host', (path) => plain(path).replace(host, 'evil.test'), 421],
    ['another port', (path) => plain(path).replace(host, '127.0.0.1:1'), 421],
    ['a dot behind the host', (path) => plain(path).replace(host, `localhost.:${running.port}`), 421],
    ['no host', (path) => plain(path).replace(`Host: ${host}\r\n`, ''), 421],
    ['two hosts', (path) => plain(path, 'Host: evil.test\r\n'), 421],
    ['another origin', (path) => plain(path, 'Origin: https://evil.test\r\n'), 403],
    ['no origin at all', (path) => plain(path, 'Origin: null\r\n'), 403],
    [
      'a changed character',
      (path) => plain(path.slice(0, -9) + (path.at(-9) === 'A' ? 'B' : 'A') + path.slice(-8)),
      404,
    ],
    ['a character more', (path) => plain(`${path}A`), 404],
    ['a character less', (path) => plain(path.slice(0, -1)), 404],
    ['a part that is not there', (path) => plain(path, 'Range: bytes=99999999-\r\n'), 416],
    ['a blank in a name', (path) => plain(path, 'Accept : x\r\n'), 400],
    ['a length and chunks', (path) => plain(path, 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n'), 400],
    ['a folded line', (path) => plain(path, 'Accept: a\r\n b\r\n'), 400],
    ['a lone CR', (path) => plain(path, 'Accept: a\rb\r\n'), 400],
    ['a NUL', (path) => plain(path, 'Accept: a\0b\r\n'), 400],
    ['a head without end', (path) => plain(path, `User-Agent: ${'a'.repeat(9000)}\r\n`), 431],
    ['another method', (path) => plain(path).replace('GET', 'POST'), 405],
    ['a broken version', (path) => plain(path).replace('HTTP/1.1', 'HTTP/1.9'), 400],
  ];
  test.each(refused)('with %s it has none', async (_, spell, status) => {
    for (const path of [preview, original]) {
      const [early, late] = await bothWays(spell(path));
      expect([early?.head.split(' ')[1], late?.head.split(' ')[1]]).toEqual([String(status), String(status)]);
      expect(early?.body).toBe(late?.body);
    }
  });
});

describe('a kept connection', () => {
  test('brings pictures one after the other, in pieces and in pairs, between requests of other kinds', async () => {
    const connection = await aConnection(running.port);
    const bodies: (string | undefined)[] = [];
    const take = async (hasBody = true): Promise<void> => void bodies.push((await connection.next(hasBody))?.body);
    for (let i = 0; i < 3; i++) connection.send(plain(original));
    for (let i = 0; i < 3; i++) await take();
    const [first, second] = [plain(original).slice(0, 30), plain(original).slice(30)];
    connection.send(first);
    connection.send(second);
    await take();
    connection.send(plain(original) + plain(preview));
    await take();
    await take();
    connection.send(plain(original).replace('GET', 'HEAD'));
    await take(false);
    connection.send(plain(original));
    await take();
    expect(bodies.map((body) => body?.slice(0, 11))).toEqual([
      ...Array.from({ length: 5 }, () => 'pixels of a'),
      ...['preview pre', '', 'pixels of a'],
    ]);
    connection.close();
  });

  test('ends after a thousand, and says so', async () => {
    const connection = await aConnection(running.port);
    let last = await connection.get(plain(original));
    let answers = 1;
    for (; answers < 1500 && last?.head.includes('keep-alive'); answers++) last = await connection.get(plain(original));
    expect([answers, last?.head.includes('Connection: close'), await connection.next(true)]).toEqual([
      1000,
      true,
      undefined,
    ]);
  });

  test('gets nothing more the moment that its link, its item, its source or its clock says no', async () => {
    const set = (what: string): unknown => running.state.prepare(`update ${what}`).run();
    const turns: [string, () => void, () => void, number][] = [
      ['expired', () => (running.clock.offset = 1000), () => (running.clock.offset = 0), 410],
      ['of the future', () => (running.clock.offset = -1200), () => (running.clock.offset = 0), 410],
      ['replaced', () => set('items set generation = 2'), () => set('items set generation = 1'), 404],
      ['missing', () => set("items set presence = 'missing'"), () => set("items set presence = 'live'"), 404],
      ['suspended', () => set("sources set state = 'suspended'"), () => set("sources set state = 'live'"), 503],
    ];
    for (const path of [preview, original]) {
      for (const [why, refuse, allow, status] of turns) {
        const connection = await aConnection(running.port);
        expect((await connection.get(plain(path)))?.head, why).toMatch(/^HTTP\/1\.1 200/);
        refuse();
        expect((await connection.get(plain(path)))?.head, why).toMatch(new RegExp(`^HTTP/1\\.1 ${status}`));
        allow();
        expect((await connection.get(plain(path)))?.head, why).toMatch(/^HTTP\/1\.1 200/);
        connection.close();
      }
    }
  });

  test('gets nothing more after its session or all links are revoked', async () => {
    const share = running.proxy.sessions.list().length;
    const connection = await aConnection(running.port);
    expect((await connection.get(plain(preview)))?.head).toMatch(/^HTTP\/1\.1 200/);
    running.proxy.revokeAll();
    expect((await connection.get(plain(preview)))?.head).toMatch(/^HTTP\/1\.1 404/);
    expect((await ask(running.port, preview)).status).toBe(404);
    expect(share).toBe(0);
    connection.close();
  });
});

test('silent connections, unfinished heads and idle ones are given up', async () => {
  const limits = { headersTimeout: 150, keepAliveTimeout: 100, stallTimeout: 1000, maxRequestsPerSocket: 10 };
  const server = createServer({ ...limits, requestTimeout: 200, connectionsCheckingInterval: 20 }, (_, res) =>
    res.end(),
  );
  const answer = { head: ['content-length', 2, 'cache-control', ''] };
  const known = { find: () => ({ answer, age: 'no-store', body: Buffer.from('ok'), isLent: false }) };
  const parts = {
    known,
    connections: limitConnections(server),
    authorities: new Set(['x']),
    readers: new Set<string>(),
  };
  serveEarly(server, false, limits, { ...parts, count: () => undefined, now: () => 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const get = 'GET /m/x HTTP/1.1\r\nHost: x\r\n\r\n';
  for (const first of ['', 'GET /m/x HT', get, `${get}GET /m/x HT`]) {
    const connection = await aConnection(port);
    connection.send(first);
    for (let replies = 0; replies < 3 && (await connection.next(true)) !== undefined; replies++);
    expect(connection.isOpen(), first).toBe(false);
  }
  server.close();
});
