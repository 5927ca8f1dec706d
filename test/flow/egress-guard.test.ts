import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { got } from 'got';
import { expect, onTestFinished, test } from 'vitest';
import { installEgressGuard } from '../../agent/src/egress/guard.ts';
import { aListeningCloud } from '../builders/a-listening-cloud.ts';

async function twoClouds() {
  const [ours, other] = [await aListeningCloud(), await aListeningCloud()];
  onTestFinished(async () => void (await Promise.all([ours.close(), other.close()])));
  return { ours, other };
}

test('with the guard a request to the cloud works and one to any other port never arrives', async () => {
  const { ours, other } = await twoClouds();
  let refused = 0;
  const remove = installEgressGuard({ cloudUrl: ours.url, onRefused: () => (refused += 1) });
  onTestFinished(remove);
  expect((await fetch(`${ours.url}/v1/agents/heartbeat`)).status).toBe(200);
  expect((await got(`${ours.url}/v1/agents/heartbeat`)).statusCode).toBe(200);
  await expect(fetch(`${other.url}/leak`)).rejects.toThrow();
  await expect(got(`${other.url}/leak`, { retry: { limit: 0 } })).rejects.toThrow('egress guard');
  const raw = connect(Number(new URL(other.url).port), '127.0.0.1');
  await expect(new Promise((_, fail) => raw.on('error', fail))).rejects.toThrow('egress guard');
  expect(other.captured).toEqual([]);
  expect(refused).toBe(3);
});

test('without the guard the same request arrives, so the refusal above is the guard’s', async () => {
  const { other } = await twoClouds();
  await fetch(`${other.url}/leak`);
  expect(other.captured.map(({ path }) => path)).toEqual(['/leak']);
});

test('with a proxy only the proxy can be connected to, not even the cloud itself', async () => {
  const { ours: cloud, other: proxy } = await twoClouds();
  onTestFinished(installEgressGuard({ cloudUrl: cloud.url, proxyUrl: proxy.url }));
  expect((await got(`${proxy.url}/v1/agents/heartbeat`)).statusCode).toBe(200);
  await expect(got(`${cloud.url}/direct`, { retry: { limit: 0 } })).rejects.toThrow('egress guard');
  await expect(lookup('cloud.example')).rejects.toMatchObject({ code: 'egress-refused' });
  expect(cloud.captured).toEqual([]);
});

test('names of others are not resolved and no datagram leaves', async () => {
  const { ours } = await twoClouds();
  onTestFinished(installEgressGuard({ cloudUrl: ours.url }));
  await expect(lookup('secret.attacker.example')).rejects.toMatchObject({ code: 'egress-refused' });
  const socket = createSocket('udp4');
  expect(() => socket.send('secret', 53, '127.0.0.1')).toThrow('egress guard');
  socket.close();
});

test('listening, accepted connections and unix sockets are left alone', async () => {
  const { ours } = await twoClouds();
  onTestFinished(installEgressGuard({ cloudUrl: ours.url }));
  const path = join(tmpdir(), `guard-${process.pid}.sock`);
  const server = createServer((_, response) => response.end('here'));
  await new Promise<void>((done) => server.listen(path, done));
  expect(await got(`http://unix:${path}:/`, { enableUnixSockets: true }).text()).toBe('here');
  server.close();
});
