/** No address that a caller names leads the cloud into its own network: names, spellings, redirects and rebinding. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classifyAddress } from '../../cloud-api/src/attachments/fetch/address-class.ts';
import { systemPolicy } from '../../cloud-api/src/attachments/fetch/fetch-attachment.ts';
import { vetTarget } from '../../cloud-api/src/attachments/fetch/vet-target.ts';
import { aFetch } from '../builders/a-fetch.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { hostileAnswers, hostileLiterals, hostileShapes } from '../builders/hostile-addresses.ts';

describe('addresses that must not be reached', () => {
  let canary: PictureServer;
  beforeAll(async () => {
    canary = await aPictureServer();
  });
  afterAll(() => canary.close());
  const port = () => canary.host.split(':')[1];

  test('at least 120 spellings are refused before anything is dialled, with one sentence', async () => {
    const names = Object.fromEntries([
      ...hostileAnswers.map(([name, found]) => [name.replace(/\.$/, ''), [found]]),
      ['public.test', [['93.184.215.14']]],
    ]);
    const urls = [
      ...hostileLiterals.map((host) => `http://${host}/a.jpg`),
      ...hostileAnswers.map(([name]) => `http://${name}/a.jpg`),
      ...hostileShapes,
    ];
    expect(urls.length).toBeGreaterThanOrEqual(120);
    const wrong: string[] = [];
    for (const url of urls) {
      const fetched = await aFetch(url, { names, limits: { connectMs: 300 } });
      const isVetted = ['address', 'no address', 'scheme', 'userinfo', 'port', 'url'].includes(fetched.reason ?? '');
      if (!isVetted || fetched.error !== 'The image could not be fetched.') wrong.push(`${url} ${fetched.reason}`);
    }
    expect(wrong).toEqual([]);
  });

  test('not even the port of a listener makes a difference: the canary hears nothing', async () => {
    const hosts = [
      '127.0.0.1',
      'localhost',
      '2130706433',
      '0x7f.1',
      '[::ffff:7f00:1]',
      '0.0.0.0',
      '[::1]',
      '127.0.0.1.',
    ];
    for (const host of hosts) {
      const fetched = await aFetch(`http://${host}:${port()}/a.jpg`, { names: { localhost: [['127.0.0.1']] } });
      expect(fetched.error).toBe('The image could not be fetched.');
    }
    expect(canary.connections()).toBe(0);
  });

  test('an exception opens exactly one host and port, and never link-local addresses', async () => {
    const allowed = [`127.0.0.1:${port()}`, 'metadata.test:80', '169.254.169.254:80'];
    const names = { 'metadata.test': [['169.254.169.254']] };
    const reason = async (url: string) => (await aFetch(url, { allowed, names })).reason;
    expect(await reason(`http://127.0.0.1:${port()}/missing`)).toBe('status');
    expect(await reason(`http://127.0.0.2:${port()}/`)).toBe('port');
    expect(await reason(`http://127.0.0.1:${Number(port()) + 1}/`)).toBe('port');
    expect(await reason('http://127.0.0.1/')).toBe('address');
    expect(await reason('http://metadata.test/')).toBe('address');
    expect(await reason('http://169.254.169.254/')).toBe('address');
    expect(canary.connections()).toBe(1);
  });

  test('public addresses of this machine are refused, and public hosts are not', async () => {
    const names = { 'own.test': [['93.184.215.14']] };
    expect((await aFetch('http://own.test/', { names, ownAddresses: ['93.184.215.14'] })).reason).toBe('address');
    const open = [
      '93.184.215.14',
      '8.8.8.8',
      '1.1.1.1',
      '172.15.0.1',
      '172.32.0.1',
      '100.63.0.1',
      '100.128.0.1',
      '192.167.0.1',
    ];
    const six = ['2606:2800:21f:cb07::1', '2001:4860:4860::8888', '2a00:1450:4001::1'];
    expect([...open, ...six].map(classifyAddress)).toEqual([...open, ...six].map(() => 'public'));
    expect(systemPolicy([]).ownAddresses()).toContain('127.0.0.1');
  });
});

describe('redirects', () => {
  let canary: PictureServer;
  let server: PictureServer;
  beforeAll(async () => {
    canary = await aPictureServer();
    const to = (location: string) => (_request: unknown, response: import('node:http').ServerResponse) =>
      void response.writeHead(302, { location, 'set-cookie': 'a=b' }).end();
    server = await aPictureServer({
      '/loopback': to(`${canary.origin}/a.jpg`),
      '/name': to('http://intranet/a.jpg'),
      '/metadata': to('http://169.254.169.254/latest/'),
      '/file': to('file:///etc/passwd'),
      '/gopher': to('gopher://127.0.0.1:6379/_x'),
      '/user': to('http://me@public.test/'),
      '/loop': to('/loop'),
      '/1': to('/2'),
      '/2': to('/3'),
      '/3': to('/4'),
      '/4': to('/5'),
      '/5': to('/end'),
      '/0': to('/1'),
      '/end': Buffer.from('picture'),
      '/nowhere': (_request, response) => void response.writeHead(301).end(),
      '/many-headers': (_request, response) =>
        void response.writeHead(302, Array.from({ length: 4000 }, (_, i) => [`x-${i}`, 'y'.repeat(20)]).flat()).end(),
    });
  });
  afterAll(async () => {
    await server.close();
    await canary.close();
  });
  const options = () => ({ allowed: [server.host], names: { intranet: [['10.0.0.1']] } });

  test.each([
    ['/loopback', 'port'],
    ['/name', 'address'],
    ['/metadata', 'address'],
    ['/file', 'scheme'],
    ['/gopher', 'scheme'],
    ['/user', 'userinfo'],
    ['/loop', 'redirects'],
    ['/0', 'redirects'],
    ['/nowhere', 'redirect'],
    ['/many-headers', 'Header overflow'],
  ])('the way from %s ends there: %s', async (path, reason) => {
    expect(await aFetch(server.origin + path, options())).toMatchObject({
      reason,
      error: 'The image could not be fetched.',
    });
    expect(canary.connections()).toBe(0);
  });

  test('five redirects are followed, and from https none leads to http', async () => {
    expect((await aFetch(`${server.origin}/1`, options())).bytes).toBe(7);
    const policy = {
      allowed: new Set<string>(),
      resolve: async () => ['93.184.215.14'],
      ownAddresses: () => new Set<string>(),
    };
    await expect(vetTarget('http://public.test/', policy, new URL('https://public.test/'))).rejects.toMatchObject({
      reason: 'downgrade',
    });
    expect((await vetTarget('/b', policy, new URL('https://public.test/a'))).url.href).toBe('https://public.test/b');
  });
});

describe('a name whose answers alternate', () => {
  let canary: PictureServer;
  beforeAll(async () => {
    canary = await aPictureServer({ '/a.jpg': Buffer.from('secret') });
  });
  afterAll(() => canary.close());

  /** Where nobody listens first, the canary's address afterwards, as a name server with a lifetime of 0 s may answer. */
  const alternating = () => [['127.0.0.2'], ['127.0.0.1']];
  const port = () => canary.host.split(':')[1];

  test('is resolved once and dialled where it was vetted: the canary hears nothing', async () => {
    const fetched = await aFetch(`http://rebind.test:${port()}/a.jpg`, {
      names: { 'rebind.test': alternating() },
      allowed: [`rebind.test:${port()}`],
    });
    expect(fetched).toMatchObject({ bytes: undefined, reason: 'connect', resolved: ['rebind.test'] });
    expect(canary.connections()).toBe(0);
  });

  test('reaches the canary when the vetted address is not the one that is dialled', async () => {
    const queue = alternating();
    const resolve = async () => queue.shift() ?? ['127.0.0.1'];
    const policy = { allowed: new Set([`rebind.test:${port()}`]), resolve, ownAddresses: () => new Set<string>() };
    const target = await vetTarget(`http://rebind.test:${port()}/a.jpg`, policy);
    await new Promise<void>((done) => {
      const careless = request({
        host: target.url.hostname,
        port: port(),
        path: '/a.jpg',
        lookup: (_name, { all }, answer) =>
          void resolve().then(([address = '']) =>
            all ? answer(null, [{ address, family: 4 }]) : answer(null, address, 4),
          ),
      });
      careless.on('response', (response) => response.resume().on('end', done)).end();
    });
    expect(canary.connections()).toBe(1);
  });
});
