/** Fetches leave by the way that the operator fixed, still judged here, and customers are told what to allow. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openResponse } from '../../cloud-api/src/attachments/fetch/open-response.ts';
import { describeOutbound } from '../../cloud-api/src/integrations/describe-outbound.ts';
import { aConnectProxy, type ConnectProxy } from '../builders/a-connect-proxy.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { send } from './send.ts';

let proxy: ConnectProxy;
let web: PictureServer;
const onSqlite = { url: undefined, drop: async () => undefined };
beforeAll(async () => {
  proxy = await aConnectProxy('user:pass');
  web = await aPictureServer({
    '/a.jpg': await aJpeg(),
    '/moved': (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  });
});
afterAll(() => Promise.all([proxy.close(), web.close()]));

const appendTo = async (cloud: ACloud, url: string) => {
  const call = (path: string, body: object) => send(`${cloud.url}/v1/nucleus/${path}`, { key: cloud.adminKey, body });
  const { dataset_id } = (await call('dataset/create', { name: 'x' })).body;
  return (await call(`dataset/${dataset_id}/append`, { items: [{ reference_id: 'a', image_url: url }] })).body;
};

test('behind a proxy every fetch is a tunnel to an address that was judged here first', async () => {
  const cloud = await aCloud({
    database: onSqlite,
    fetchAllow: [web.host],
    config: { outbound_proxy: proxy.url, outbound_ranges: ['203.0.113.0/28'] },
  });
  try {
    expect(await appendTo(cloud, `${web.origin}/a.jpg`)).toMatchObject({ new_items: 1 });
    expect(proxy.tunnels).toEqual([web.host]);
    for (const url of [`${web.origin}/moved`, 'http://127.0.0.1:9/x', 'http://169.254.169.254/latest'])
      expect(await appendTo(cloud, url), url).toMatchObject({ new_items: 0, upload_errors: 1 });
    expect(proxy.tunnels).toEqual([web.host, web.host]);
    expect((await send(`${cloud.url}/v1/ip-ranges`, { key: cloud.adminKey })).body).toMatchObject({
      ranges: ['203.0.113.0/28'],
      via: 'proxy',
    });
  } finally {
    await cloud.close();
  }
});

test('a proxy that refuses, or is away, makes fetches fail and opens no way around it', async () => {
  const before = web.connections();
  for (const outbound of [proxy.url.replace('pass', 'wrong'), 'http://127.0.0.1:1']) {
    const cloud = await aCloud({ database: onSqlite, fetchAllow: [web.host], config: { outbound_proxy: outbound } });
    expect(await appendTo(cloud, `${web.origin}/a.jpg`)).toMatchObject({ new_items: 0, upload_errors: 1 });
    await cloud.close();
  }
  expect(web.connections()).toBe(before);
});

test('requests leave from the fixed address', async () => {
  let from: string | undefined;
  web.answer('/from', (request, response) => {
    from = request.socket.remoteAddress;
    response.end();
  });
  const target = {
    url: new URL(`${web.origin}/from`),
    addresses: ['127.0.0.1'] as [string],
    port: Number(web.host.split(':')[1]),
    isLiteral: true,
  };
  for (const localAddress of ['127.0.0.7', '127.0.0.8']) {
    const dial = { limits: { connectMs: 1000, headersMs: 1000 }, outbound: { localAddress } };
    (await openResponse(target, {}, dial, AbortSignal.timeout(5_000))).resume();
    expect(from).toBe(localAddress);
  }
});

test.each([
  [{ address: undefined, hasProxy: false, ranges: [] }, [], 'any-address'],
  [{ address: '8.8.8.8', hasProxy: false, ranges: [] }, ['8.8.8.8/32'], 'fixed-address'],
  [{ address: '2a00:1450::1', hasProxy: false, ranges: [] }, ['2a00:1450::1/128'], 'fixed-address'],
  [{ address: '10.0.0.5', hasProxy: false, ranges: [] }, [], 'fixed-address'],
  [{ address: '10.0.0.5', hasProxy: false, ranges: ['198.51.100.0/24'] }, ['198.51.100.0/24'], 'fixed-address'],
  [{ address: '8.8.8.8', hasProxy: true, ranges: [] }, [], 'proxy'],
])('%j states %j', (settings, ranges, via) => {
  expect(describeOutbound(settings)).toMatchObject({ ranges, via });
});
