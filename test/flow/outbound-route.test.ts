import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aCertificate } from '../builders/a-certificate.ts';
import { aConnectProxy, type ConnectProxy } from '../builders/a-connect-proxy.ts';
import { aListeningCloud, type ListeningCloud } from '../builders/a-listening-cloud.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { aProgram } from '../builders/a-process.ts';
import { makeTempFolder, removeFolder } from '../builders/a-temp-folder.ts';
import { aFreePort, readLedger } from '../builders/an-agent-process.ts';

const credentials = 'agent:open sesame';
let home: string;
let cloud: ListeningCloud;
let proxy: ConnectProxy;
let runs = 0;

beforeAll(async () => {
  home = await makeTempFolder('route');
  mkdirSync(join(home, 'pictures'));
  writeFileSync(join(home, 'pictures', 'telling-name.jpg'), await aJpeg({ widthPx: 32, heightPx: 24, seed: 1 }));
  writeFileSync(join(home, 'ca.pem'), aCertificate.ca);
  writeFileSync(join(home, 'proxy.auth'), `${credentials}\n`, { mode: 0o600 });
  cloud = await aListeningCloud(aCertificate);
  // a name that only the proxy can resolve
  proxy = await aConnectProxy(credentials, { 'cloud.test': '127.0.0.1' });
});
afterAll(async () => {
  await proxy.close();
  await cloud.close();
  await removeFolder(home);
});

async function run(command: string[], over: object, env: Record<string, string> = {}) {
  runs += 1;
  const data = join(home, `data${runs}`);
  const agent = {
    data,
    listen: `127.0.0.1:${await aFreePort()}`,
    cloud: { url: cloud.url.replace('127.0.0.1', 'cloud.test'), proxy: `http://${new URL(proxy.url).host}`, ...over },
    sync: { max_backoff_ms: 100 },
    scan: { settle_ms: 0 },
    sources: [{ folder: join(home, 'pictures'), dataset: 'route' }],
  };
  const file = join(home, `agent${runs}.yaml`);
  writeFileSync(file, JSON.stringify({ agent }));
  const program = aProgram('agent', [...command, '--config', file, '--json'], {
    env: { NUCLEUS_AGENT_KEY: 'live_0123456789abcdefghij', ...env },
  });
  const exit = await program.ended;
  return { exit, data, output: program.output(), json: JSON.parse(program.stdout().trim().split('\n').at(-1) || '{}') };
}
const trusted = { ca_file: 'ca.pem', proxy_auth_file: 'proxy.auth' };

test('everything goes through the proxy and the own authority, and the proxy learns the address alone', async () => {
  const { exit, data, json, output } = await run(['run', '--once'], trusted);
  expect([exit, json.acknowledged], output).toEqual([0, 1]);
  expect(cloud.items.get('main')?.has('telling-name.jpg')).toBe(true);
  expect(new Set(proxy.tunnels)).toEqual(new Set([`cloud.test:${new URL(cloud.url).port}`]));
  for (const { sent } of proxy.heard) expect(Buffer.concat(sent).includes('telling-name')).toBe(false);
  // its credentials are for the proxy, the key is for the cloud
  for (const { headers } of cloud.captured) expect(headers['proxy-authorization']).toBeUndefined();
  for (const { headers } of proxy.heard) expect(headers.authorization).toBeUndefined();
  expect(JSON.stringify(await readLedger(data))).not.toContain(Buffer.from(credentials).toString('base64'));
  expect(output).not.toContain('sesame');
});

test.each([
  { why: 'a wrong password', over: trusted, env: { NUCLEUS_AGENT_PROXY_AUTH: 'agent:wrong' } },
  { why: 'an authority that nobody trusts', over: { proxy_auth_file: 'proxy.auth' }, env: {} },
  { why: 'a direct way that does not exist', over: { ...trusted, proxy: undefined }, env: {} },
])('with $why nothing is sent and nothing is dropped', async ({ over, env }) => {
  const before = cloud.captured.length;
  const { exit, json } = await run(['run', '--once'], over, env as Record<string, string>);
  expect([exit, json.changes, json.acknowledged]).toEqual([1, 1, 0]);
  expect(cloud.captured.length).toBe(before);
});

test('doctor looks along the same way', async () => {
  const { exit, json } = await run(['doctor'], trusted);
  const checks = Object.fromEntries(
    json.checks.map((check: { name: string; result: string }) => [check.name, check.result]),
  );
  expect(checks).toMatchObject({ name: 'ok', TLS: 'ok' });
  expect(JSON.stringify(json)).toContain('the certificate is valid for');
  // the recording cloud knows no /healthz: what answers is not the cloud
  expect([exit, checks.cloud]).toEqual([1, 'fail']);
  const refused = await run(['doctor'], trusted, { NUCLEUS_AGENT_PROXY_AUTH: 'agent:wrong' });
  expect(JSON.stringify(refused.json)).toContain('"TLS","says":"the handshake failed');
});
