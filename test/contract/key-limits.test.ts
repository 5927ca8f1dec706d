/** Keys that reach some datasets alone, work from some addresses alone, end, and share the server with others. */
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { revokeKey } from '../../cloud-api/src/keys/revoke-key.ts';
import type { Endpoint } from '../../shared/src/wire/endpoint.ts';
import { cloudEndpoints } from '../../shared/src/wire/endpoints.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { type CrawledThings, crawlerPath, crawlerRequests, type EndpointName } from './crawler-requests.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';
import { anItem } from './some-vectors.ts';

onEachDatabase('the limits of keys', (open) => {
  let cloud: ACloud;
  let mine: CrawledThings;
  let others: CrawledThings;
  let limited: string;
  const scopes = ['admin', 'read', 'write', 'export', 'label', 'annotate'] as const;

  /** A dataset with one of each thing in it, all named `canary`. */
  const aFilled = async (canary: string): Promise<CrawledThings> => {
    const call = async (path: string, body?: object) =>
      (await send(cloud.url + path, { key: cloud.adminKey, ...(body === undefined ? {} : { body }) })).body;
    const { dataset_id: datasetId } = await call('/v1/nucleus/dataset/create', {
      name: canary,
      use_privacy_mode: true,
    });
    const dataset = `/v1/nucleus/dataset/${datasetId}`;
    await call(`${dataset}/append`, { items: [anItem(canary, { phash: '01'.repeat(32) })] });
    await call(`${dataset}/tags`, { tags: [canary] });
    const { slice_id: sliceId } = await call(`${dataset}/create_slice`, { name: canary, reference_ids: [canary] });
    const metadata = [{ reference_id: canary, metadata: { canary } }];
    const { job_id: jobId } = await call(`${dataset}/metadata?async=1`, { level: 'item', metadata });
    const { autotag_id: autotagId } = await call(`/v1/datasets/${datasetId}/autotags`, {
      name: canary,
      positives: [canary],
    });
    const { item } = await call(`${dataset}/refloc/${canary}`);
    const none = 'x'.repeat(20);
    return {
      canary,
      datasetId,
      itemId: item.id,
      sliceId,
      jobId,
      scenesId: datasetId,
      autotagId,
      changeId: `chg_${none}`,
      labelId: 'ann_none',
      modelId: 'prj_none',
      runId: 'run_none',
      agentId: `agt_${none}`,
      epoch: none,
      keyId: `key_${none}`,
      taskId: `task_${none}`,
      // what the rows of routes without a dataset name; a limited key reaches none of them
      ordinaryId: datasetId,
      uploadId: `up_${none}`,
    };
  };
  beforeAll(async () => {
    cloud = await aCloud({ database: await open(), config: { trusted_proxies: ['127.0.0.1'] } });
    mine = await aFilled('canary-of-mine');
    others = await aFilled('canary-of-others');
    limited = await cloud.makeKey({ scopes: [...scopes], datasetIds: [mine.datasetId] });
  });
  afterAll(() => cloud.close());

  const names = (Object.keys(cloudEndpoints) as EndpointName[]).filter(
    (name) => (cloudEndpoints[name] as Endpoint).access !== 'open',
  );
  const ask = async (name: EndpointName, things: CrawledThings, headers: Record<string, string> = {}, key?: string) => {
    const { query = '', ...rest } = crawlerRequests(things)[name];
    return send(cloud.url + crawlerPath(name, things) + query, {
      method: (cloudEndpoints[name] as Endpoint).method.toUpperCase(),
      ...(key === undefined ? {} : { key }),
      ...rest,
      headers: { ...rest.headers, ...headers },
    });
  };

  test('a key that is bound to a dataset sees and changes nothing of another, on any route', async () => {
    for (const name of names) {
      const answer = await ask(name, others, {}, limited);
      expect(answer.text, name).not.toContain(others.canary);
      if (answer.status < 400)
        expect([
          'getSession',
          'listDatasetDetails',
          'listDatasets',
          'listDatasetViews',
          'listSlices',
          'listJobs',
        ]).toContain(name);
      else expect([403, 404], name).toContain(answer.status);
    }
    const size = await send(`${cloud.url}/v1/nucleus/dataset/${others.datasetId}/size`, { key: cloud.adminKey });
    expect(size.body).toEqual({ count: 1 });
  });

  test('it reads and writes its own, finds it in every list, and is told no about what is about no dataset', async () => {
    const read: EndpointName[] = [
      'getDatasetSize',
      'getItemByReference',
      'getSlice',
      'pageTiles',
      'getJob',
      'getRefinementMetrics',
      'signUpload',
      'addDatasetTags',
    ];
    for (const name of read) expect((await ask(name, mine, {}, limited)).status, name).toBe(200);
    for (const name of ['listDatasetDetails', 'listDatasetViews', 'listSlices'] as const)
      expect((await ask(name, mine, {}, limited)).text, name).toContain(mine.canary);
    const jobs = (await ask('listJobs', mine, {}, limited)).body;
    expect(new Set(jobs.map((job: { dataset_id: string }) => job.dataset_id))).toEqual(new Set([mine.datasetId]));
    for (const name of ['createDataset', 'listAgents'] as const) {
      const answer = await ask(name, mine, {}, limited);
      expect([answer.status, answer.headers.get('x-error-code')], name).toEqual([403, 'forbidden']);
    }
  });

  test('a limited access key can be bound the same, and by its own header', async () => {
    const key = await cloud.makeKey({ kind: 'limited', scopes: ['read'], datasetIds: [mine.datasetId] });
    const headers = { 'x-limited-access-key': key };
    expect((await ask('getDatasetSize', mine, headers)).status).toBe(200);
    expect((await ask('getDatasetSize', others, headers)).status).toBe(404);
    expect((await ask('addDatasetTags', mine, headers)).status).toBe(403);
  });

  test('a key works from its addresses alone, as trusted proxies tell them', async () => {
    const key = await cloud.makeKey({ scopes: ['read'], addresses: ['10.1.0.0/16', '127.0.0.1'] });
    const from = async (forwarded?: string) =>
      (await ask('listDatasetDetails', mine, forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }, key))
        .status;
    expect([await from(), await from('10.1.2.3'), await from('10.2.0.1'), await from('10.1.2.3, 8.8.8.8')]).toEqual([
      200, 200, 401, 401,
    ]);
    const elsewhere = await cloud.makeKey({ scopes: ['read'], addresses: ['192.0.2.0/24'] });
    expect((await ask('listDatasetDetails', mine, {}, elsewhere)).status).toBe(401);
  });

  test.each([{ addresses: ['10.0.0.0/33'] }, { addresses: ['nowhere'] }, { datasetIds: [`ds_${'x'.repeat(20)}`] }])(
    'a key with the bounds %j is not made',
    async (bounds) => {
      await expect(cloud.makeKey(bounds)).rejects.toMatchObject({ exit: 2 });
    },
  );

  test('a bound key opens no dashboard session, and a revoked key ends at once', async () => {
    const signIn = (key: string) => send(`${cloud.url}/v1/session`, { body: { key } });
    expect((await signIn(limited)).status).toBe(403);
    const key = await cloud.makeKey({ scopes: ['read'] });
    const cookie = (await signIn(key)).headers.get('set-cookie')?.split(';')[0] ?? '';
    const read = async (options: object) => (await send(`${cloud.url}/v1/session`, options)).status;
    expect([await read({ key }), await read({ headers: { cookie } })]).toEqual([200, 200]);
    const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
    const row = await db
      .selectFrom('api_keys')
      .select(['id', 'tenant_id'])
      .orderBy('created_at', 'desc')
      .executeTakeFirstOrThrow();
    await revokeKey(db, { tenantId: row.tenant_id, actor: 'test', nowMs: Date.now() }, row.id);
    await close();
    expect([await read({ key }), await read({ headers: { cookie } })]).toEqual([401, 401]);
  });

  test('a key mints keys over HTTP with its own rights and no more, and each act is in the log', async () => {
    const keys = (key: string, body?: object, id = '') =>
      send(`${cloud.url}/v1/keys${id}`, {
        key,
        ...(body === undefined ? {} : { body }),
        ...(id === '' ? {} : { method: 'DELETE' }),
        headers: { 'x-forwarded-for': '10.1.2.3' },
      });
    const soon = Date.now() + 3_600_000;
    const bound = { expiresAt: soon, addresses: ['10.1.0.0/16'] };
    const maker = await cloud.makeKey({ scopes: ['admin'], label: 'maker', ...bound });
    const fitting = { label: 'made', scopes: ['read'], expires_at_ms: soon, addresses: ['10.1.2.0/24'] };
    const refusals = [
      { wanted: { scopes: ['read', 'agent'] }, at: 'scopes' },
      { wanted: { expires_at_ms: null }, at: 'expires_at_ms' },
      { wanted: { expires_at_ms: soon + 1 }, at: 'expires_at_ms' },
      { wanted: { addresses: null }, at: 'addresses' },
      { wanted: { addresses: ['10.0.0.0/8'] }, at: 'addresses' },
    ];
    for (const { wanted, at } of refusals) {
      const answer = await keys(maker, { ...fitting, ...wanted });
      expect([answer.status, answer.body.code, answer.body.at], at).toEqual([403, 'forbidden', at]);
    }
    const bad = [
      { addresses: ['nowhere'] },
      { expires_at_ms: 1 },
      { label: ' ' },
      { scopes: [] },
      { dataset_ids: ['ds_x'] },
    ];
    for (const wanted of bad) expect([400, 404]).toContain((await keys(maker, { ...fitting, ...wanted })).status);
    for (const other of [limited, await cloud.makeKey({ scopes: ['read', 'write', 'export'] })])
      expect((await keys(other, fitting)).status).toBe(403);

    const made = await keys(maker, { ...fitting, dataset_ids: [mine.datasetId] });
    expect(made.headers.get('cache-control')).toBe('no-store');
    const { secret, key } = made.body;
    expect(key).toMatchObject({ label: 'made', scopes: ['read'], dataset_ids: [mine.datasetId], mode: 'live' });
    const size = async () => (await ask('getDatasetSize', mine, { 'x-forwarded-for': '10.1.2.9' }, secret)).status;
    expect([
      await size(),
      (await ask('getDatasetSize', mine, { 'x-forwarded-for': '10.1.3.1' }, secret)).status,
    ]).toEqual([200, 401]);
    const test = (await keys(maker, { ...fitting, mode: 'test' })).body;
    expect(test.secret).toMatch(/^test_/);
    const listed = await keys(maker);
    expect(listed.text).not.toContain(secret);
    expect(listed.body.keys.filter((each: any) => [key.key_id, test.key.key_id].includes(each.key_id))).toEqual([
      { ...key, last_used_at_ms: expect.any(Number) },
      test.key,
    ]);
    expect((await keys(maker, undefined, `/${key.key_id}`)).body).toEqual({ revoked: true });
    expect((await keys(maker, undefined, `/${test.key.key_id}`)).body).toEqual({ revoked: true });
    expect([await size(), (await keys(maker, undefined, `/${key.key_id}`)).status]).toEqual([401, 404]);
    const log = await send(`${cloud.url}/v1/audit?target_id=${key.key_id}`, { key: cloud.adminKey });
    const makerId = listed.body.keys.find((each: any) => each.label === 'maker').key_id;
    expect(log.body.entries.map((entry: any) => [entry.action, entry.actor])).toEqual([
      ['key.revoke', makerId],
      ['key.create', makerId],
    ]);
  });

  test('a session makes no key that outlives the key which opened it, and a foreign page makes none', async () => {
    const end = Date.now() + 3_600_000;
    const signedIn = await send(`${cloud.url}/v1/session`, {
      body: { key: await cloud.makeKey({ scopes: ['admin'], expiresAt: end }) },
    });
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    const make = async (expires_at_ms: number | null, origin = cloud.url) =>
      (
        await send(`${cloud.url}/v1/keys`, {
          body: { label: 'by session', scopes: ['read'], expires_at_ms },
          headers: { cookie, origin },
        })
      ).status;
    expect([await make(null), await make(end + 1), await make(end, 'https://x.test'), await make(end)]).toEqual([
      403, 403, 403, 200,
    ]);
  });

  test('a tenant that opens all it can gets 503 and a time to wait, and another is answered meanwhile', async () => {
    const noisy = await cloud.makeKey({ tenant: `noisy-${Date.now()}` });
    const { hostname, port } = new URL(cloud.url);
    const authorization = `Basic ${Buffer.from(`${noisy}:`).toString('base64')}`;
    // Bodies that never end keep their requests open.
    const path = '/v1/nucleus/dataset/create';
    const answers: Promise<{ status: number; retryAfter: string | undefined }>[] = [];
    const opened = Array.from({ length: 300 }, () => {
      const headers = { authorization, 'content-type': 'application/json', 'content-length': 1000 };
      const request = httpRequest({ hostname, port, path, method: 'POST', headers, agent: false });
      request.write('{');
      answers.push(
        new Promise((resolve) => {
          request.on('response', (response) => {
            resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
            response.resume();
          });
          request.on('error', () => resolve({ status: 0, retryAfter: undefined }));
        }),
      );
      return request;
    });
    const refused = await Promise.any(
      answers.map((each) =>
        each.then((answer) => (answer.status === 503 ? answer : Promise.reject(new Error('other')))),
      ),
    );
    expect(refused).toEqual({ status: 503, retryAfter: '1' });
    expect((await ask('listDatasetDetails', mine, {}, cloud.adminKey)).status).toBe(200);
    for (const request of opened) request.destroy();
    const ended = (await Promise.all(answers)).map(({ status }) => status);
    // Each was refused or kept waiting for its body: not one had the status that clients do not try again after.
    expect(new Set(ended)).toEqual(new Set([0, 503]));
  });
});
