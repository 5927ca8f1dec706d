import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
const listeners: Server[] = [];
beforeAll(async () => {
  running = await aProxy();
  addFile(running, 'a.jpg', 'pixels of a');
});
afterAll(async () => {
  for (const listener of listeners) listener.close();
  await running.close();
});

const codeOf = (reply: { status: number; headers: Record<string, unknown> }) => [
  reply.status,
  reply.headers['x-error-code'],
];

describe('a served original', () => {
  test('comes with headers that let nothing run and nobody else read', async () => {
    const reply = await ask(running.port, linkPath(running, 'a.jpg'));
    expect(reply.status).toBe(200);
    expect(reply.body.toString()).toBe('pixels of a');
    expect(reply.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'content-disposition': "inline; filename*=UTF-8''a.jpg",
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
      'referrer-policy': 'no-referrer',
      'accept-ranges': 'bytes',
      'vary': 'Origin',
    });
    expect(reply.headers['cache-control']).toMatch(/^private, max-age=\d{3}$/);
    for (const name of [
      'set-cookie',
      'access-control-allow-origin',
      'timing-allow-origin',
      'last-modified',
      'x-powered-by',
    ]) {
      expect(reply.headers[name]).toBeUndefined();
    }
  });

  test.each([
    ['svg', 'application/octet-stream', 'attachment'],
    ['html', 'application/octet-stream', 'attachment'],
    ['pdf', 'application/octet-stream', 'attachment'],
    ['png', 'image/png', 'inline'],
    ['heic', 'image/heic', 'inline'],
    ['raw', 'image/x-dcraw', 'inline'],
    ['tiff', 'image/tiff', 'inline'],
    ['mp4', 'video/mp4', 'inline'],
  ])('of format %s is %s, whatever its name', async (format, type, kind) => {
    addFile(running, `named-${format}.html`, '<script>alert(1)</script>', { format });
    const reply = await ask(running.port, linkPath(running, `named-${format}.html`));
    expect(reply.headers['content-type']).toBe(type);
    expect(reply.headers['content-disposition']).toMatch(new RegExp(`^${kind}; `));
  });

  test('a hostile name cannot break its header', async () => {
    const name = `x"\r\nset-cookie: a=b;'()*é\u202egpj.exe`;
    addFile(running, name, 'x', { referenceId: 'hostile' });
    const reply = await ask(running.port, linkPath(running, 'hostile'));
    expect(reply.headers['set-cookie']).toBeUndefined();
    expect(reply.headers['content-disposition']).toMatch(/^inline; filename\*=UTF-8''[A-Za-z0-9%._~-]+$/);
  });
});

describe('methods on media', () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND', 'LINK', 'QUERY'])(
    '%s is not taken',
    async (method) => {
      const reply = await ask(running.port, linkPath(running, 'a.jpg'), { method });
      // the parser refuses methods it does not know before any routing
      expect([400, 405]).toContain(reply.status);
      if (reply.status === 405) expect(reply.headers.allow).toBe('GET, HEAD, OPTIONS');
    },
  );
  test('HEAD states what GET would bring', async () => {
    const [head, get] = await Promise.all(
      ['HEAD', 'GET'].map((method) => ask(running.port, linkPath(running, 'a.jpg'), { method })),
    );
    const { date: _, ...said } = head?.headers ?? {};
    expect(said).toMatchObject({ 'content-length': '11', 'etag': get?.headers.etag, 'content-type': 'image/jpeg' });
    expect(head?.body).toHaveLength(0);
  });
});

describe('a link that opens nothing', () => {
  test('unknown, changed, dead and addressed otherwise answer the same bytes', async () => {
    const path = linkPath(running, 'a.jpg');
    addFile(running, 'gone.jpg');
    const gone = linkPath(running, 'gone.jpg');
    running.state.prepare("update items set presence = 'missing' where reference_id = 'gone.jpg'").run();
    addFile(running, 'replaced.jpg');
    const replaced = linkPath(running, 'replaced.jpg');
    running.state.prepare("update items set generation = 2 where reference_id = 'replaced.jpg'").run();
    const ended = await aViewer(running);
    const minted = await post(
      running.port,
      '/v1/media-links',
      { items: [{ source: 'main', reference_id: 'a.jpg', variant: 'original' }] },
      { authorization: `Bearer ${ended}` },
    );
    const revoked = new URL(json<{ links: { url: string }[] }>(minted).links[0]?.url as string).pathname;
    for (const session of running.proxy.sessions.list()) running.proxy.sessions.revoke(session.sessionId);
    const paths = [
      '/m/x',
      '/m/',
      `${path}x`,
      `${path}/`,
      path.replace(/.$/, '.'),
      path.replace('/m/1.', '/m/%31.'),
      gone,
      replaced,
      revoked,
    ];
    const replies = await Promise.all(paths.map((each) => ask(running.port, each)));
    for (const reply of replies) expect(codeOf(reply)).toEqual([404, 'link-refused']);
    expect(new Set(replies.map((reply) => reply.body.toString())).size).toBe(1);
    expect(Object.keys(json(replies[0] as never)).toSorted()).toEqual(['code', 'error']);
  });

  test('what was served is not, the moment that the catalogue says otherwise', async () => {
    addFile(running, 'now.jpg', 'pixels');
    const path = linkPath(running, 'now.jpg');
    const is = async (status: number): Promise<void> => expect((await ask(running.port, path)).status).toBe(status);
    const set = (what: string) =>
      running.state.prepare(`update items set ${what} where reference_id = 'now.jpg'`).run();
    await is(200);
    for (const [change, back] of [
      ['generation = 2', 'generation = 1'],
      ["presence = 'missing'", "presence = 'live'"],
      ["status = 'exception'", "status = 'catalogued'"],
    ] as const) {
      set(change);
      await is(404);
      set(back);
      await is(200);
    }
  });

  test('no query parameter is read', async () => {
    const path = linkPath(running, 'a.jpg');
    const reply = await ask(running.port, `${path}?variant=preview-256&path=/etc/passwd&token=x&expires=9999999999`);
    expect(reply.body.toString()).toBe('pixels of a');
  });

  test('expired and from the future are told apart', async () => {
    const path = linkPath(running, 'a.jpg');
    running.clock.offset = 1000;
    expect(codeOf(await ask(running.port, path))).toEqual([410, 'link-expired']);
    running.clock.offset = -1200;
    expect(codeOf(await ask(running.port, path))).toEqual([410, 'clock-skew']);
    running.clock.offset = 0;
    expect((await ask(running.port, path)).status).toBe(200);
  });
});

describe('the file differs from its row', () => {
  const changes: [string, (file: string) => void][] = [
    [
      'replaced by rename',
      (file) => {
        writeFileSync(`${file}.new`, 'SECRET-12');
        renameSync(`${file}.new`, file);
      },
    ],
    ['rewritten in place', (file) => writeFileSync(file, 'SECRET-12')],
    [
      'touched back to its time',
      (file) => {
        writeFileSync(file, 'SECRET-12');
        utimesSync(file, 1, 1);
      },
    ],
    ['truncated', (file) => truncateSync(file, 3)],
    ['deleted', (file) => rmSync(file)],
    [
      'turned into a FIFO that nobody writes to',
      (file) => {
        rmSync(file);
        execFileSync('mkfifo', [file]);
      },
    ],
    [
      'turned into a socket',
      (file) => {
        rmSync(file);
        const server = createServer().listen(file);
        listeners.push(server);
      },
    ],
    [
      'turned into a link to a device',
      (file) => {
        rmSync(file);
        symlinkSync('/dev/zero', file);
      },
    ],
    [
      'turned into a link',
      (file) => {
        rmSync(file);
        symlinkSync('/etc/passwd', file);
      },
    ],
  ];
  test.each(changes)('%s: 409 and it is looked at again', async (what, change) => {
    const path = `${what.replaceAll(' ', '-')}.jpg`;
    addFile(running, path, 'pixels-12');
    const link = linkPath(running, path);
    expect((await ask(running.port, link)).status).toBe(200);
    change(join(running.folder, path));
    const reply = await ask(running.port, link);
    expect(codeOf(reply)).toEqual([409, 'stale']);
    expect(reply.body.toString()).not.toContain('SECRET');
    expect(reply.body.toString()).not.toContain(path);
    expect(running.rechecks).toContain(`main ${path}`);
  });

  test('by size and time alone a swapped file would pass: identity and change time decide', async () => {
    const file = addFile(running, 'same-size.jpg', 'AAAAAAAA');
    const link = linkPath(running, 'same-size.jpg');
    const absolute = join(running.folder, 'same-size.jpg');
    const row = running.state.prepare('select mtime_ms from items where item_key = ?').get(file.itemKey) as {
      mtime_ms: number;
    };
    writeFileSync(`${absolute}.new`, 'BBBBBBBB');
    utimesSync(`${absolute}.new`, row.mtime_ms / 1000, row.mtime_ms / 1000);
    renameSync(`${absolute}.new`, absolute);
    // the control: by these two alone it is the same file
    const { size, mtimeMs } = statSync(absolute);
    expect([size, Math.round(mtimeMs)]).toEqual([8, Math.round(row.mtime_ms)]);
    expect(codeOf(await ask(running.port, link))).toEqual([409, 'stale']);
  });
});

test('a suspended source answers 503 and says why', async () => {
  const path = linkPath(running, 'a.jpg');
  running.state.prepare("update sources set state = 'suspended', reason = 'root-missing'").run();
  const reply = await ask(running.port, path);
  expect(codeOf(reply)).toEqual([503, 'source-suspended']);
  expect(reply.headers['retry-after']).toBe('30');
  expect(reply.body.toString()).toContain('root-missing');
  expect((await ask(running.port, '/readyz')).status).toBe(503);
  expect((await ask(running.port, '/healthz')).status).toBe(200);
  running.state.prepare("update sources set state = 'live', reason = 'none'").run();
});

test('raising the epoch ends links of the command line and sessions at once, for good', async () => {
  const path = linkPath(running, 'a.jpg');
  const bearer = await aViewer(running);
  running.proxy.revokeAll();
  expect(codeOf(await ask(running.port, path))).toEqual([404, 'link-refused']);
  const ping = await ask(running.port, '/v1/viewer/overview', { headers: { authorization: `Bearer ${bearer}` } });
  expect(ping.status).toBe(401);
  expect((await ask(running.port, linkPath(running, 'a.jpg'))).status).toBe(200);
});

test('after a rotation the links before it still open, after two they do not', async () => {
  const path = linkPath(running, 'a.jpg');
  running.proxy.rotateMediaKey(randomBytes(32));
  expect((await ask(running.port, path)).status).toBe(200);
  expect((await ask(running.port, linkPath(running, 'a.jpg'))).status).toBe(200);
  running.proxy.rotateMediaKey(randomBytes(32));
  expect(codeOf(await ask(running.port, path))).toEqual([404, 'link-refused']);
});

test('no log line holds a token, a bearer or a file name', async () => {
  const path = linkPath(running, 'a.jpg');
  await ask(running.port, path);
  const token = path.slice(3);
  const text = running.logged.join('\n');
  for (const secret of [token, token.slice(-43), 'a.jpg', 'replaced', aDashboard]) expect(text).not.toContain(secret);
});
