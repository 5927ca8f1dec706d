import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkStart } from '../../agent/src/check-start.ts';
import { AgentConfig } from '../../agent/src/config.ts';
import { makeCertificate } from '../../agent/src/keys/make-certificate.ts';
import { findOwnTls } from '../../agent/src/keys/tls-files.ts';
import { publicUrlOf } from '../../agent/src/policies.ts';
import { followTls, readTls } from '../../agent/src/proxy/read-tls.ts';
import { addFile, aProxy, linkPath, type ProxyUnderTest } from '../builders/a-proxy.ts';
import { makeTempFolder, removeFolder } from '../builders/a-temp-folder.ts';

let home: string;
let running: ProxyUnderTest;
const names = ['localhost', '127.0.0.1', '::1', 'images.corp.example'];
const make = (force = false, now = new Date()) => makeCertificate(home, names, { force, now });

beforeAll(async () => {
  home = await makeTempFolder('tls');
  const made = await make();
  running = await aProxy({ tls: { cert_file: made.cert_file, key_file: made.key_file } });
  addFile(running, 'a.jpg', 'content of a');
});
afterAll(async () => {
  await running?.close();
  await removeFolder(home);
  await removeFolder(`${home}-agent`);
});

/** The certificate that a server shows to somebody who trusts exactly `ca`. @throws when it shows another */
async function shownFingerprint(port: number, ca: Buffer): Promise<string> {
  const socket = connectTls({ port, host: '127.0.0.1', ca });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

/** What a client sees that trusts exactly this certificate. */
function get(path: string, ca: Buffer): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: running.port, path, ca, agent: false }, (res) => {
      let body = '';
      res.on('data', (chunk: Buffer) => (body += chunk.toString()));
      res.on('end', () => resolve({ status: res.statusCode ?? 0, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('a certificate of its own', () => {
  test('is good for its names, for a year, and its files are for the owner alone', async () => {
    const files = findOwnTls(home);
    const { cert } = readTls(files ?? { cert_file: '', key_file: '' });
    const certificate = new X509Certificate(cert);
    for (const name of ['localhost', 'images.corp.example']) expect(certificate.checkHost(name)).toBe(name);
    for (const address of ['127.0.0.1', '::1']) expect(certificate.checkIP(address)).toBeDefined();
    expect([certificate.checkHost('evil.example'), certificate.ca]).toEqual([undefined, false]);
    const days = (new Date(certificate.validTo).getTime() - Date.now()) / 86_400_000;
    expect([days > 395, days < 398]).toEqual([true, true]);
    for (const file of Object.values(files ?? {})) expect(statSync(file).mode & 0o777).toBe(0o600);
  });
  test('is not replaced by accident, nor made for what is no name', async () => {
    await expect(make()).rejects.toMatchObject({ code: 'usage' });
    await expect(
      makeCertificate(`${home}/other`, ['no name'], { force: false, now: new Date() }),
    ).rejects.toMatchObject({
      code: 'usage',
    });
    expect(findOwnTls(`${home}/other`)).toBeUndefined();
  });
});

describe('served over TLS', () => {
  const ca = () => readTls(findOwnTls(home) ?? { cert_file: '', key_file: '' }).cert;
  test('links are https and open to who trusts the certificate, by its names alone', async () => {
    const { url } = running.proxy.mintLink({ referenceId: 'a.jpg', variant: 'original', minutes: 5 });
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:/);
    expect(await get(new URL(url).pathname, ca())).toMatchObject({ status: 200, body: 'content of a' });
    await expect(get('/v1/ping', Buffer.from(''))).rejects.toMatchObject({ code: expect.stringContaining('CERT') });
  });
  test('plain http is no answer', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(running.port, '127.0.0.1', () => socket.write('GET /v1/ping HTTP/1.1\r\nHost: x\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString('latin1')));
      socket.on('close', () => resolve(text));
      socket.on('error', () => undefined);
    });
    expect(answer).not.toContain('200 OK');
  });
  test('500 half-open connections keep nobody out', async () => {
    let opened = 0;
    const sockets = Array.from({ length: 500 }, () =>
      connect(running.port, '127.0.0.1', () => {
        opened += 1;
      }).on('error', () => undefined),
    );
    await expect.poll(() => opened).toBe(500);
    for (let i = 0; i < 5; i++) expect((await get(linkPath(running, 'a.jpg'), ca())).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });
  test('a renewed certificate is taken without a restart; half a file is not', async () => {
    const files = await makeCertificate(`${home}/renewed`, names, { force: false, now: new Date() });
    const server = createServer(readTls(files), (_, res) => res.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const warned: unknown[] = [];
    const log = { info: () => undefined, error: () => undefined, warn: (fields: unknown) => warned.push(fields) };
    const stop = followTls(server, files, log as never, 20);
    let trusted = readFileSync(files.cert_file);
    const served = () => shownFingerprint(port, trusted);
    expect(await served()).toBe(files.fingerprint);
    writeFileSync(files.cert_file, '-----BEGIN CERT');
    await expect.poll(() => warned.length).toBeGreaterThan(0);
    expect(await served()).toBe(files.fingerprint);
    const { fingerprint } = await makeCertificate(`${home}/renewed`, names, { force: true, now: new Date() });
    trusted = readFileSync(files.cert_file);
    await expect.poll(served).toBe(fingerprint);
    stop();
    server.close();
  });
});

describe('listening beyond this machine', () => {
  const config = (over: object) =>
    AgentConfig.parse({
      data: `${home}-agent`,
      cloud: { url: 'https://cloud.example' },
      sources: [{ folder: home, dataset: 'x', alias: 'a' }],
      ...over,
    });
  test.each(['0.0.0.0:8787', '10.20.4.11:8787', '[::]:8787', 'images.corp.example:8787'])(
    '%s without TLS is refused and says why',
    async (listen) => {
      await expect(checkStart(config({ listen }))).rejects.toThrow(
        /everybody on the network.*tls init.*--insecure-lan-http/s,
      );
    },
  );
  test.each(['127.0.0.1:8787', 'localhost:8787', '[::1]:8787', '127.9.9.9:80'])(
    '%s is this machine',
    async (listen) => {
      await expect(checkStart(config({ listen }))).resolves.toBeUndefined();
    },
  );
  test('with TLS, or when somebody takes it upon himself, it goes on', async () => {
    const tls = findOwnTls(home);
    await expect(checkStart(config({ listen: '0.0.0.0:8787', tls }))).resolves.toBeUndefined();
    await expect(checkStart(config({ listen: '0.0.0.0:8787', insecure_lan_http: true }))).resolves.toBeUndefined();
    expect([publicUrlOf(config({ listen: '10.0.0.1:1', tls })), publicUrlOf(config({ listen: '10.0.0.1:1' }))]).toEqual(
      ['https://10.0.0.1:1', 'http://10.0.0.1:1'],
    );
  });
});

test.each([
  ['a key that others can read', 0o644, 'chmod 600'],
  ['files that are not there', undefined, 'cannot be read'],
])('%s stop the start', async (_, mode, sentence) => {
  const files = await makeCertificate(`${home}/broken${mode ?? ''}`, ['localhost'], { force: false, now: new Date() });
  if (mode === undefined) rmSync(files.cert_file);
  else chmodSync(files.key_file, mode);
  expect(() => readTls(files)).toThrow(sentence);
});

test('an expired certificate stops the start', async () => {
  const old = new Date(Date.now() - 800 * 86_400_000);
  const files = await makeCertificate(`${home}/old`, ['localhost'], { force: false, now: old });
  expect(() => readTls(files)).toThrow('expired');
});
