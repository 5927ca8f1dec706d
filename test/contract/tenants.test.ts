/** Nobody gets in: other tenants, missing scopes, other agents, ended keys, foreign pages. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { type Endpoint, keyScopes } from '../../shared/src/wire/endpoint.ts';
import { cloudEndpoints } from '../../shared/src/wire/endpoints.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { type AnAgent, anAgent, aPut } from './an-agent.ts';
import { crawledLast, ofOwnWorld } from './crawled-groups.ts';
import {
  type CrawledThings,
  crawlerPath,
  crawlerRequests,
  csvText,
  type EndpointName,
  tus,
  uploadMetadata,
} from './crawler-requests.ts';
import { onEachDatabase } from './on-each-database.ts';
import { plantLabels } from './plant-labels.ts';
import { send } from './send.ts';
import { aSceneDataset } from './some-scenes.ts';

const canary = `canary-${randomBytes(6).toString('hex')}`;

onEachDatabase('isolation', (open) => {
  let cloud: ACloud;
  let agent: AnAgent;
  let things: CrawledThings;
  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
    agent = await anAgent(cloud, { dataset_name: canary });
    await agent.push([aPut(canary, 1, { phash: '01'.repeat(32) })]);
    const own = (path: string, body?: object) =>
      send(cloud.url + path, { key: cloud.adminKey, ...(body === undefined ? {} : { body }) });
    const dataset = `/v1/nucleus/dataset/${agent.datasetId}`;
    await own(`${dataset}/tags`, { tags: [canary] });
    await own(`${dataset}/add_taxonomy`, { taxonomy_name: canary, type: 'category', labels: [canary] });
    const labels = await plantLabels(own, dataset, canary);
    const { body: slice } = await own(`${dataset}/create_slice`, { name: canary, reference_ids: [canary] });
    const metadata = [{ reference_id: canary, metadata: { canary } }];
    const { body: job } = await own(`${dataset}/metadata?async=1`, { level: 'item', metadata });
    const tagged = { items: { reference_ids: [canary] }, add: [canary] };
    const { body: change } = await own(`/v1/datasets/${agent.datasetId}/tag-changes`, tagged);
    const { body: autotag } = await own(`/v1/datasets/${agent.datasetId}/autotags`, {
      name: canary,
      positives: [canary],
    });
    const scenesId = await aSceneDataset(own, canary);
    await own('/v1/projects', { name: canary, type: 'textcollection' });
    await own('/v1/batches', { name: canary, project: canary });
    const { body: task } = await own('/v1/task/textcollection', { batch: canary, unique_id: canary, tags: [canary] });
    const { body: ordinary } = await own('/v1/nucleus/dataset/create', { name: canary });
    const csv = csvText(canary);
    const upload = await send(`${cloud.url}/v1/uploads`, {
      method: 'POST',
      key: cloud.adminKey,
      raw: csv,
      headers: {
        ...tus,
        'upload-length': String(csv.length),
        'upload-metadata': uploadMetadata(canary, ordinary.dataset_id),
      },
    });
    const { body: spare } = await own('/v1/keys', { label: canary, scopes: ['read'] });
    things = {
      keyId: spare.key.key_id,
      ordinaryId: ordinary.dataset_id,
      uploadId: upload.headers.get('location')?.split('/').at(-1) ?? '',
      taskId: task.task_id,
      canary,
      datasetId: agent.datasetId,
      itemId: (await own(`${dataset}/refloc/${canary}`)).body.item.id,
      sliceId: slice.slice_id,
      ...labels,
      jobId: job.job_id,
      scenesId,
      autotagId: autotag.autotag_id,
      changeId: change.change_id,
      agentId: agent.agentId,
      epoch: agent.epoch,
    };
  });
  afterAll(() => cloud.close());

  const names = Object.keys(cloudEndpoints) as EndpointName[];
  const callAll = async (key: string | undefined, which: readonly EndpointName[] = names, atOnce = 8) => {
    const requests = crawlerRequests(things);
    const answerOf = async (name: EndpointName) => {
      const endpoint: Endpoint = cloudEndpoints[name];
      const { query = '', ...rest } = requests[name];
      const answer = await send(cloud.url + crawlerPath(name, things) + query, {
        method: endpoint.method.toUpperCase(),
        ...(key === undefined ? {} : { key }),
        ...rest,
      });
      return { name, endpoint, answer };
    };
    const answers = [];
    for (let at = 0; at < which.length; ) {
      // a batch needs the project that is made before it
      const batch = which.indexOf('createBatch', at + 1);
      const end = Math.min(at + atOnce, batch < 0 ? which.length : batch);
      answers.push(...(await Promise.all(which.slice(at, end).map(answerOf))));
      at = end;
    }
    return answers;
  };
  const closed = names.filter((name) => (cloudEndpoints[name] as Endpoint).access !== 'open');
  /** What may change something must tell the log, which nobody but the owner reads. */
  const changesState = ({ method, access }: Endpoint) => method !== 'get' && access !== 'read' && access !== 'export';
  /** Answers that show anything of the owner's. */
  const hits = (answers: Awaited<ReturnType<typeof callAll>>) =>
    answers.filter(({ answer }) => answer.text.includes(canary)).map(({ name }) => name);

  test('another tenant’s keys find nothing of this one on any route', async () => {
    const other = `other-${randomBytes(4).toString('hex')}`;
    const answers = await callAll(await cloud.makeKey({ tenant: other, scopes: ['admin', 'agent'] }), names, 1);
    expect(answers.map(({ name }) => name)).toEqual(names);
    expect(hits(answers)).toEqual([]);
    const made = answers.filter(({ answer }) => answer.status < 400).map(({ name }) => name);
    // What succeeds is about the other tenant's own, empty world.
    expect(made.toSorted()).toEqual(ofOwnWorld.toSorted());
    const refusals: Partial<Record<EndpointName, number[]>> = {
      signIn: [401],
      createIntegration: [400],
      uploadFile: [400],
      importFile: [400],
    };
    for (const { name, answer } of answers)
      if (answer.status >= 400) expect(refusals[name] ?? [403, 404], name).toContain(answer.status);
    const size = await send(`${cloud.url}/v1/nucleus/dataset/${agent.datasetId}/size`, { key: cloud.adminKey });
    expect(size.body).toEqual({ count: 1 });
  });

  test('without a key every route answers 401 in JSON', async () => {
    for (const { name, answer } of await callAll(undefined, closed)) {
      expect(answer.status, name).toBe(401);
      expect(answer.body.error, name).toBeTypeOf('string');
    }
  });

  test.each(keyScopes)('a key of scope %s reaches the routes of that scope and no other', async (scope) => {
    const tenant = `scope-${scope}-${randomBytes(4).toString('hex')}`;
    for (const { name, endpoint, answer } of await callAll(await cloud.makeKey({ tenant, scopes: [scope] }), closed)) {
      const isAllowed = endpoint.access === scope || (scope === 'admin' && endpoint.access !== 'agent');
      if (isAllowed) expect(answer.headers.get('x-error-code'), name).not.toBe('forbidden');
      else expect([answer.status, answer.headers.get('x-error-code')], name).toEqual([403, 'forbidden']);
    }
  });

  test('an agent’s key speaks for its own agent alone', async () => {
    const other = await anAgent(cloud);
    const foreign = { key: other.key };
    expect((await send(`${cloud.url}/v1/agents/${agent.agentId}/manifest?source=main`, foreign)).status).toBe(404);
    expect((await other.push([aPut('x')], { head: { v: 1, agent_id: agent.agentId, source: 'main' } })).status).toBe(
      404,
    );
    expect((await other.register({ agent_id: agent.agentId })).status).toBe(403);
  });

  test('limited access keys come by their own header, alone', async () => {
    const limited = await cloud.makeKey({ kind: 'limited', scopes: ['read'] });
    const url = `${cloud.url}/v1/nucleus/dataset/details`;
    expect((await send(url, { headers: { 'x-limited-access-key': limited } })).status).toBe(200);
    expect((await send(url, { key: limited })).status).toBe(401);
    expect((await send(url, { headers: { 'x-limited-access-key': cloud.adminKey } })).status).toBe(401);
    expect((await send(url, { key: cloud.adminKey, headers: { 'x-limited-access-key': limited } })).status).toBe(401);
  });

  test('expired keys, other schemes and passwords are refused', async () => {
    const url = `${cloud.url}/v1/nucleus/dataset/details`;
    const expired = await cloud.makeKey({ expiresAt: Date.now() - 1 });
    expect((await send(url, { key: expired })).status).toBe(401);
    expect((await send(url, { headers: { authorization: `Bearer ${cloud.adminKey}` } })).status).toBe(401);
    const withPassword = Buffer.from(`${cloud.adminKey}:secret`).toString('base64');
    expect((await send(url, { headers: { authorization: `Basic ${withPassword}` } })).status).toBe(401);
    expect((await send(`${url}?api_key=${cloud.adminKey}`)).status).toBe(401);
  });

  // Last, because it deletes what it can: the same requests, from the owner, are answered, and the canary is seen in them.
  test('the crawler would see a hit: its requests succeed for their owner', async () => {
    const last = crawledLast;
    const first: EndpointName[] = ['addTaxonomy', 'putTrack', 'changeTags', 'undoTagChange'];
    // These act for an agent, by its own key, and the tag change to be undone is that of the set-up.
    const asAgent = closed.filter((name) => (cloudEndpoints[name] as Endpoint).access === 'agent');
    const between = closed.filter((name) => ![...first, ...last, ...asAgent].includes(name));
    const answers = await callAll(
      agent.key,
      asAgent.filter((name) => name !== 'registerAgent'),
    );
    const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
    const auditRows = async () =>
      Number(
        (
          await db
            .selectFrom('audit')
            .select(({ fn }) => fn.countAll().as('rows'))
            .executeTakeFirst()
        )?.rows,
      );
    const unaudited: EndpointName[] = [];
    for (const name of [...first, ...between, ...last]) {
      const before = await auditRows();
      const [answered] = await callAll(cloud.adminKey, [name], 1);
      if (answered === undefined) continue;
      answers.push(answered);
      if (changesState(answered.endpoint) && answered.answer.status < 400 && (await auditRows()) === before)
        unaudited.push(name);
    }
    await close();
    // These had nothing to change here: the item is the agent's and not removed, the member and the job's end were there, the upload had
    // all its bytes, and there is no index. The job that fills a slice tells what it did when it has done it.
    const idle = [
      'appendItems',
      'appendToSlice',
      'cancelJob',
      'fillSlice',
      'restoreItems',
      'sendUploadPart',
      'setContinuousIndexing',
      'setPrimaryIndex',
    ];
    expect(unaudited.filter((name) => !idle.includes(name))).toEqual([]);
    const refused = answers.filter(({ answer }) => answer.status >= 400);
    // An agent has no stored pictures, and no store was allowed here.
    const expected: Partial<Record<EndpointName, string>> = {
      getAsset: 'item-not-found',
      refetchItem: 'conflict',
      // A box has no picture.
      getMask: 'label-not-found',
      // The crawler has made a newer run, which is empty.
      getModelPrediction: 'label-not-found',
      createIntegration: 'integration-refused',
      testIntegration: 'integration-not-found',
      deleteIntegration: 'integration-not-found',
      // Nothing of this task failed, and the crawler has completed it before.
      uploadFile: 'invalid-request',
      importFile: 'attachment-unreachable',
      refetchTask: 'conflict',
      cancelTask: 'conflict',
    };
    expect(Object.fromEntries(refused.map(({ name, answer }) => [name, answer.headers.get('x-error-code')]))).toEqual(
      expected,
    );
    expect(hits(answers).length).toBeGreaterThan(30);
  });

  test('the log of a tenant is read by its admins alone, page by page, newest first', async () => {
    const read = async (query: string, key = cloud.adminKey) => send(`${cloud.url}/v1/audit${query}`, { key });
    const { body: all } = await read('?limit=1000');
    const { body: first } = await read('?limit=2');
    expect(first.entries).toEqual(all.entries.slice(0, 2));
    expect((await read(`?limit=3&before=${first.next}`)).body.entries).toEqual(all.entries.slice(2, 5));
    const tagged = (await read(`?action=dataset.tags&target_id=${agent.datasetId}`)).body.entries;
    expect(tagged.length).toBeGreaterThan(0);
    expect(tagged[0]).toEqual({
      id: expect.any(String),
      at: expect.stringMatching(/Z$/),
      actor: expect.stringMatching(/^key_/),
      action: 'dataset.tags',
      target_id: agent.datasetId,
      result: 'ok',
      amount: 1,
    });
    expect(JSON.stringify(all)).not.toContain(canary);
    expect((await read('?before=mine')).status).toBe(400);
    expect((await read('', await cloud.makeKey({ scopes: ['read', 'write'] }))).status).toBe(403);
  });
});
