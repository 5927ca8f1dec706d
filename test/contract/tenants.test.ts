/** Nobody gets in: other tenants, missing scopes, other agents, ended keys, foreign pages. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Endpoint, fillPath } from '../../shared/src/wire/endpoint.ts';
import { cloudEndpoints } from '../../shared/src/wire/endpoints.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { type AnAgent, anAgent, aPut } from './an-agent.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

const canary = `canary-${randomBytes(6).toString('hex')}`;

/** A request that would succeed for the owner, for every endpoint of the table. */
function aRequest(
  name: string,
  agent: AnAgent,
): { body?: unknown; query?: string; raw?: string; headers?: Record<string, string> } {
  const bodies: Record<string, object> = {
    createDataset: { name: 'mine' },
    addDatasetTags: { tags: ['x'] },
    removeDatasetTags: { tags: [canary] },
    appendItems: { items: [{ reference_id: 'planted', image_url: 'https://x.test/a', width: 1, height: 1 }] },
    updateMetadata: { level: 'item', metadata: [{ reference_id: canary, metadata: { planted: 1 } }] },
    listJobs: { dataset_id: null, job_types: [], from_date: null, to_date: null, limit: 50000, show_completed: true },
    pageDatasetItems: { pageToken: null, pageSize: 5 },
    pageTiles: { offset: 0, limit: 5 },
    findPlace: { reference_id: canary },
    queryItems: { query: `reference_id = ${canary}` },
    listFields: {},
    countFacets: { fields: ['reference_id'] },
    countHistogram: { fields: ['width'] },
    completeQuery: { query: 'reference_id = ', caret: 15 },
    groupDuplicates: { threshold: 4 },
    deduplicate: { threshold: 4 },
    buildSlice: { name: 'mine', sampleSize: 1, sampleMethod: 'Random' },
    findSimilar: { reference_id: canary },
    createSlice: { name: 'mine', reference_ids: [canary] },
    createQuerySlice: { name: 'mine', query: `reference_id = ${canary}`, live: false },
    fillSlice: { query: `reference_id = ${canary}` },
    removeFromSlice: { reference_ids: [canary] },
    renameSlice: { name: 'mine', description: 'x' },
    listTags: {},
    changeTags: { add: ['x'], items: { reference_ids: [canary] } },
    appendToSlice: { reference_ids: [canary], dataset_id: agent.datasetId },
    pageSliceItems: { pageToken: null, pageSize: 5 },
    tagSlice: { slice_tags: ['x'] },
    addTaxonomy: { taxonomy_name: 'kinds', type: 'category', labels: ['x'] },
    // Refused before anything is sent, because no operator allowed the store.
    createIntegration: {
      kind: 's3',
      name: 'x',
      bucket: 'bucket',
      endpoint: 'http://store.test',
      access: { type: 'anonymous' },
    },
    testIntegration: {},
    runCsv: { run: 'check' },
    heartbeat: { agent_id: agent.agentId, sources: [] },
    // An agent of that id in another tenant would be that tenant's own: the crawler brings its own.
    registerAgent: { agent_id: `agt_${'z'.repeat(20)}`, version: '0.1.0', public_url: 'http://x.test', sources: [] },
  };
  if (name === 'getManifest') return { query: '?source=main' };
  if (name !== 'pushChanges') return bodies[name] === undefined ? {} : { body: bodies[name] };
  return {
    query: `?fence=1&store_epoch=${agent.epoch}`,
    raw: [{ v: 1, agent_id: agent.agentId, source: 'main' }, aPut('planted')]
      .map((line) => JSON.stringify(line))
      .join('\n'),
    headers: { 'content-type': 'application/x-ndjson' },
  };
}

onEachDatabase('isolation', (open) => {
  let cloud: ACloud;
  let agent: AnAgent;
  let itemId: string;
  let sliceId: string;
  let jobId: string;
  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
    agent = await anAgent(cloud, { dataset_name: canary });
    await agent.push([aPut(canary)]);
    await send(`${cloud.url}/v1/nucleus/dataset/${agent.datasetId}/tags`, {
      key: cloud.adminKey,
      body: { tags: [canary] },
    });
    itemId = (
      await send(`${cloud.url}/v1/nucleus/dataset/${agent.datasetId}/refloc/${canary}`, { key: cloud.adminKey })
    ).body.item.id;
    sliceId = (
      await send(`${cloud.url}/v1/nucleus/dataset/${agent.datasetId}/create_slice`, {
        key: cloud.adminKey,
        body: { name: canary, reference_ids: [canary] },
      })
    ).body.slice_id;
    const { body: job } = await send(`${cloud.url}/v1/nucleus/dataset/${agent.datasetId}/metadata?async=1`, {
      key: cloud.adminKey,
      body: { level: 'item', metadata: [{ reference_id: canary, metadata: { canary } }] },
    });
    jobId = job.job_id;
  });
  afterAll(() => cloud.close());

  const path = (endpoint: Endpoint) =>
    fillPath(endpoint.path, {
      datasetId: agent.datasetId,
      referenceId: canary,
      itemId,
      sliceId,
      taxonomyName: canary,
      format: 'csv',
      index: '0',
      jobId,
      requestId: 'a'.repeat(32),
      agentId: agent.agentId,
      changeId: `chg_${'a'.repeat(20)}`,
      uploadId: `upl_${'a'.repeat(20)}`,
      integrationId: `int_${'a'.repeat(20)}`,
    });
  const callAll = async (key: string | undefined) => {
    const answers = [];
    for (const [name, endpoint] of Object.entries(cloudEndpoints)) {
      if ((endpoint as Endpoint).access === 'open') continue;
      const { query = '', ...rest } = aRequest(name, agent);
      const answer = await send(cloud.url + path(endpoint) + query, {
        method: endpoint.method.toUpperCase(),
        ...(key === undefined ? {} : { key }),
        ...rest,
      });
      answers.push({ name, endpoint: endpoint as Endpoint, answer });
    }
    return answers;
  };

  test('another tenant’s keys find nothing of this one on any route', async () => {
    const other = `other-${randomBytes(4).toString('hex')}`;
    const foreign = await cloud.makeKey({ tenant: other, scopes: ['admin', 'agent'] });
    const answers = await callAll(foreign);
    const made = answers.filter(({ answer }) => answer.status < 400).map(({ name }) => name);
    // What succeeds is about the other tenant's own, empty world.
    expect(made.toSorted()).toEqual(
      [
        'createDataset',
        'getIpRanges',
        'getSession',
        'listIntegrations',
        'listAgents',
        'listDatasetDetails',
        'listDatasetViews',
        'listDatasets',
        'listSlices',
        'listJobs',
        'registerAgent',
      ].toSorted(),
    );
    for (const { name, answer } of answers) {
      expect(answer.text, name).not.toContain(canary);
      const refusals = name === 'createIntegration' ? [400] : [403, 404];
      if (answer.status >= 400) expect(refusals, name).toContain(answer.status);
    }
    const size = await send(`${cloud.url}/v1/nucleus/dataset/${agent.datasetId}/size`, { key: cloud.adminKey });
    expect(size.body).toEqual({ count: 1 });
  });

  test('without a key every route answers 401 in JSON', async () => {
    for (const { name, answer } of await callAll(undefined)) {
      expect(answer.status, name).toBe(401);
      expect(answer.body.error, name).toBeTypeOf('string');
    }
  });

  test.each(['read', 'write', 'label', 'agent'] as const)(
    'a key of scope %s reaches the routes of that scope and no other',
    async (scope) => {
      for (const { name, endpoint, answer } of await callAll(
        await cloud.makeKey({ tenant: `scope-${scope}-${randomBytes(4).toString('hex')}`, scopes: [scope] }),
      )) {
        if (endpoint.access === scope) expect(answer.headers.get('x-error-code'), name).not.toBe('forbidden');
        else expect([answer.status, answer.headers.get('x-error-code')], name).toEqual([403, 'forbidden']);
      }
    },
  );

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
});
