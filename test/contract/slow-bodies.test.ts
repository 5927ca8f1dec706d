/** Slow senders are cut, except where a large file may take its time. */
import { once } from 'node:events';
import { type ClientRequest, createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { limitBodyTime } from '../../cloud-api/src/http/limit-body-time.ts';
import { mostUploadBytes } from '../../shared/src/wire/uploads.ts';
import { eventually } from '../builders/eventually.ts';
import { aCloud } from './a-cloud.ts';
import { send } from './send.ts';

/** Sends a head and half of a body; answers the socket. */
const sendHalf = (port: number, path: string, length = 4) => {
  const socket = connect(port, '127.0.0.1');
  socket.write(`PUT ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\nab`);
  return socket;
};

test('half a body is cut after the limit, a long one is waited for', async () => {
  const limit = limitBodyTime(300, (request) => request.url === '/long');
  const server = createServer((request, response) => {
    limit(request as never, response as never, () => undefined);
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on('end', () => response.end(String(bytes)));
    request.on('error', () => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.closeAllConnections());
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const long = sendHalf(port, '/long');
  const short = sendHalf(port, '/short');
  await once(short, 'close');
  expect(short.bytesRead).toBe(0);
  expect(long.closed).toBe(false);
  long.write('cd');
  const [reply] = await once(long, 'data');
  expect(String(reply)).toMatch(/^HTTP\/1.1 200 [\s\S]*\r\n4$/);
});

test('an upload that says it is too large is refused before it is sent, and what breaks off leaves no file', async () => {
  const cloud = await aCloud({ database: { url: undefined, drop: async () => undefined } });
  onTestFinished(() => cloud.close());
  const call = (route: string, options: object = {}) =>
    send(`${cloud.url}/v1/nucleus/${route}`, { key: cloud.adminKey, ...options });
  const { dataset_id } = (await call('dataset/create', { body: { name: 'set' } })).body;
  const { signed_url } = (await call(`dataset/${dataset_id}/signedUrl/r1`)).body;
  const { port, pathname } = new URL(signed_url);
  const large = sendHalf(Number(port), pathname, mostUploadBytes + 1);
  const [reply] = await once(large, 'data');
  expect(String(reply)).toMatch(/^HTTP\/1.1 413 /);
  const broken = sendHalf(Number(port), pathname);
  await once(broken, 'ready');
  broken.destroy();
  const append = await call(`dataset/${dataset_id}/append?async=1`, { body: { requestId: 'r1', update: false } });
  expect([append.status, append.headers.get('x-error-code')]).toEqual([404, 'upload-not-found']);
});

test('large bodies that nobody has memory for get 503 and a time to wait, before they are sent', async () => {
  const cloud = await aCloud({ database: { url: undefined, drop: async () => undefined } });
  onTestFinished(() => cloud.close());
  const wide = await cloud.makeKey({ tenant: 'wide' });
  const { hostname, port } = new URL(cloud.url);
  const open: ClientRequest[] = [];
  /** Says how large its body is and sends none of it; the answer, if one comes without it. */
  const announce = (key: string, megabytes: number) => {
    const authorization = `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
    const headers = { authorization, 'content-type': 'application/json', 'content-length': megabytes * 2 ** 20 };
    const path = `/v1/nucleus/dataset/ds_${'0'.repeat(20)}/append`;
    const request = httpRequest({ hostname, port, path, method: 'POST', headers, agent: false });
    request.flushHeaders();
    request.on('error', () => undefined);
    open.push(request);
    return once(request, 'response').then(([response]) => {
      response.resume();
      return [response.statusCode, response.headers['retry-after']];
    });
  };
  const held = async (bytes: number) =>
    eventually(`${bytes} bytes held`, 5_000, async () => {
      const { text } = await send(`${cloud.url}/metrics`);
      return Number(/^nucleus_http_body_bytes (\d+)/m.exec(text)?.[1]) === bytes || undefined;
    });
  for (const [at] of ['first', 'second'].entries()) {
    void announce(wide, 60).catch(() => undefined);
    await held((at + 1) * 60 * 2 ** 20);
  }
  expect(await announce(wide, 60)).toEqual([503, '1']);
  expect(await announce(wide, 60)).toEqual([503, '1']);
  // another tenant has room, and small bodies always have
  void announce(cloud.adminKey, 60).catch(() => undefined);
  await held(180 * 2 ** 20);
  expect((await send(`${cloud.url}/v1/nucleus/dataset/details`, { key: wide })).status).toBe(200);
  for (const request of open) request.destroy();
  await held(0);
});
