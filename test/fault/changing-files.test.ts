import {
  appendFileSync,
  closeSync,
  openSync,
  readSync,
  renameSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addFile, aProxy, ask, linkPath, type ProxyUnderTest, restat } from '../builders/a-proxy.ts';

let running: ProxyUnderTest;
beforeAll(async () => {
  running = await aProxy();
});
afterAll(() => running.close());

const size = 24 * 1024 * 1024;

/** Reads a reply slowly: after the first bytes have come, `meanwhile` happens, then the rest is taken. */
function readWith(
  port: number,
  path: string,
  meanwhile: () => void,
): Promise<{ body: Buffer; isWhole: boolean; stated: number }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, agent: false }, (res) => {
      const chunks: Buffer[] = [];
      const done = (): void =>
        resolve({ body: Buffer.concat(chunks), isWhole: res.complete, stated: Number(res.headers['content-length']) });
      res.once('data', () => {
        res.pause();
        meanwhile();
        res.resume();
      });
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('close', done);
      res.on('error', () => undefined);
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** What a server that trusts the length it stated does: it reads on whatever the file has become, and pads what is missing. */
function carelessServer(file: string): Promise<{ port: number; close(): void }> {
  return new Promise((resolve) => {
    const server = createServer((_, res) => {
      res.writeHead(200, { 'content-length': size });
      const fd = openSync(file, 'r');
      const send = (at: number): void => {
        if (at >= size) {
          closeSync(fd);
          res.end();
          return;
        }
        const chunk = Buffer.alloc(1024 * 1024);
        readSync(fd, chunk, 0, chunk.length, at);
        res.write(chunk, () => send(at + chunk.length));
      };
      send(0);
    }).listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({ port: typeof address === 'object' && address ? address.port : 0, close: () => server.close() });
    });
  });
}

const overwrite = (file: string): void => {
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.alloc(size, 'B'), 0, size, 0);
  closeSync(fd);
};
const isMixed = (body: Buffer): boolean => body.includes('A') && (body.includes('B') || body.includes(0));

describe.each([
  ['this machine', null],
  ['a file system that may stop to answer', 0x65735546],
])('a file of %s that changes while it is being sent', (_, fsType) => {
  beforeAll(() => void running.state.prepare('update sources set root_fs_type = ?').run(fsType));
  afterAll(() => void running.state.prepare('update sources set root_fs_type = null').run());

  test.each<[string, (file: string) => void]>([
    ['overwritten in place', overwrite],
    ['truncated', (file) => truncateSync(file, 1000)],
    ['appended to', (file) => appendFileSync(file, 'B')],
  ])('%s: the connection is cut, no complete body of two contents arrives', async (what, change) => {
    const path = `${what.replaceAll(' ', '-')}-${fsType}.jpg`;
    addFile(running, path, Buffer.alloc(size, 'A'));
    const reply = await readWith(running.port, linkPath(running, path), () => change(join(running.folder, path)));
    expect(reply.isWhole && isMixed(reply.body)).toBe(false);
    expect(reply.isWhole).toBe(false);
    expect(reply.body.length).toBeLessThan(reply.stated);
    expect(running.rechecks).toContain(`main ${path}`);
  });

  test('replaced by rename: the old content arrives whole', async () => {
    const file = join(running.folder, `renamed-${fsType}.jpg`);
    const { itemKey } = addFile(running, `renamed-${fsType}.jpg`, Buffer.alloc(size, 'A'));
    const { body, isWhole } = await readWith(running.port, linkPath(running, `renamed-${fsType}.jpg`), () => {
      writeFileSync(`${file}.new`, Buffer.alloc(size, 'B'));
      renameSync(`${file}.new`, file);
    });
    // renaming over it changes the old file's change time, so a cut is as right as the old bytes; a mixture never is
    expect(isMixed(body)).toBe(false);
    if (isWhole) expect(body.length).toBe(size);
    restat(running.state, itemKey, file);
  });

  test('the same read catches a server that trusts the length it stated', async () => {
    const file = join(running.folder, `careless-${fsType}.jpg`);
    writeFileSync(file, Buffer.alloc(size, 'A'));
    const careless = await carelessServer(file);
    const reply = await readWith(careless.port, '/', () => overwrite(file));
    expect(reply.isWhole && isMixed(reply.body)).toBe(true);
    careless.close();
  });
});

describe('half-open connections', () => {
  const open = (count: number, port: number, first: string): Promise<Socket[]> =>
    Promise.all(
      Array.from(
        { length: count },
        () =>
          new Promise<Socket>((resolve) => {
            const socket = connect(port, '127.0.0.1', () => {
              socket.write(first);
              resolve(socket);
            });
            socket.on('error', () => resolve(socket));
          }),
      ),
    );
  test.each(['', 'GET /m/x HTTP/1.1\r\nHost: 127', 'POST /v1/media-links HTTP/1.1\r\n'])(
    '500 that send %j and no more leave the place of good requests free',
    async (first) => {
      addFile(running, `good${first.length}.jpg`, 'good');
      const path = linkPath(running, `good${first.length}.jpg`);
      const sockets = await open(500, running.port, first);
      for (let i = 0; i < 40; i++) expect((await ask(running.port, path)).status).toBe(200);
      // they were answered beside the half-open ones and not after these had been given up
      expect(sockets.filter((socket) => !socket.destroyed).length).toBeGreaterThan(0);
      for (const socket of sockets) socket.destroy();
    },
  );

  test('a server that only limits their number does stall', async () => {
    const careless = createServer((_, res) => void res.end('x'));
    careless.maxConnections = 256;
    const port = await new Promise<number>((resolve) => {
      careless.listen(0, '127.0.0.1', () => resolve((careless.address() as { port: number }).port));
    });
    const sockets = await open(500, port, 'GET /');
    await expect(ask(port, '/')).rejects.toThrow();
    for (const socket of sockets) socket.destroy();
    careless.close();
  });
});
