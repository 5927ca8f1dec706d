/** Manifests, ownership, adoption and health: what agents and users see of each other's writes. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ACloud, aCloud } from './a-cloud.ts';
import { anAgent, aPut, keyOf } from './an-agent.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

onEachDatabase('an agent’s dataset', (open) => {
  let cloud: ACloud;
  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
  });
  afterAll(() => cloud.close());

  const nucleus = (route: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${cloud.url}/v1/nucleus/${route}`, { key: cloud.adminKey, ...options });
  const statuses = (answer: { body: any }) => answer.body.acks.map((ack: { status: string }) => ack.status);
  const item = async (datasetId: string, ref: string) =>
    (await nucleus(`dataset/${datasetId}/refloc/${encodeURIComponent(ref)}`)).body.item;

  test('every manifest bucket is the SHA-256 of its sorted lines', async () => {
    const agent = await anAgent(cloud);
    const puts = Array.from({ length: 300 }, (_, at) => aPut(`m/${at}`));
    await agent.push(puts);
    await agent.push([{ op: 'delete', ref: 'm/7', rev: 2 }]);
    const lines = puts
      .map(({ ref, digest }) => (ref === 'm/7' ? `${keyOf(ref)} deleted deleted\n` : `${keyOf(ref)} ${digest} live\n`))
      .toSorted();
    const sha = (prefix: string) =>
      createHash('sha256')
        .update(lines.filter((line) => line.startsWith(prefix)).join(''))
        .digest('hex');
    const root = await agent.manifest();
    expect(root).toMatchObject({ store_epoch: agent.epoch, count: 300, sha256: sha('') });
    expect(root.children.map((child: any) => [child.prefix, child.sha256])).toEqual(
      [...new Set(lines.map((line) => line.slice(0, 2)))].map((prefix) => [prefix, sha(prefix)]),
    );
    const first = root.children[0].prefix;
    const below = await agent.manifest(first);
    expect(below.sha256).toBe(sha(first));
    for (const { prefix, sha256 } of below.children) expect(sha256).toBe(sha(prefix));
    const bucket = await agent.manifest(below.children[0].prefix);
    expect(bucket.sha256).toBe(sha(below.children[0].prefix));
    expect(bucket.items[0]).toMatchObject({ content_hash: 'ab'.repeat(16), rev: 1, state: 'live' });
    expect((await agent.manifest('abc')).code).toBe('invalid-request');
  });

  test('Nucleus writes may add fields and may not change the agent’s', async () => {
    const agent = await anAgent(cloud);
    await agent.push([aPut('a')]);
    const whole = (await item(agent.datasetId, 'a')) as any;
    const append = (over: object) =>
      nucleus(`dataset/${agent.datasetId}/append`, { body: { items: [{ ...whole, ...over }], update: true } });
    expect((await append({ metadata: { ...whole.metadata, reviewed: 'yes' } })).body).toMatchObject({
      updated_items: 1,
      upload_errors: 0,
    });
    expect((await append({ metadata: { format: 'png' } })).body).toMatchObject({ updated_items: 0, upload_errors: 1 });
    expect((await append({ metadata: { x_mine: 1 } })).body.upload_errors).toBe(1);
    expect((await append({ image_url: 'https://elsewhere.test/a.jpg' })).body.upload_errors).toBe(1);
    await agent.push([aPut('a', 2, { width: 77 })]);
    expect(await item(agent.datasetId, 'a')).toMatchObject({
      width: 77,
      metadata: { format: 'jpeg', reviewed: 'yes' },
    });
  });

  test('the history of an item says what its agent and users did, by whom, and keeps no name', async () => {
    const agent = await anAgent(cloud);
    await agent.push([aPut('h/a'), aPut('h/b')]);
    const { id } = (await item(agent.datasetId, 'h/a')) as any;
    const history = async (itemId = id, datasetId = agent.datasetId) =>
      send(`${cloud.url}/v1/insights/${datasetId}/items/${itemId}/history`, { key: cloud.adminKey });
    expect((await history()).body).toEqual({
      events: [{ kind: 'first-seen', at: expect.stringMatching(/Z$/), actor: null, rev: null, name: null }],
      is_cut: false,
    });
    await agent.push([aPut('h/a', 2, { width: 77 }), aPut('h/a', 3, { width: 78 })]);
    await agent.push([{ op: 'delete', ref: 'h/a', rev: 4 }]);
    expect((await history()).status).toBe(404);
    await agent.push([aPut('h/a', 5)]);
    const metadata = [{ reference_id: 'h/a', metadata: { reviewed: 'yes' } }];
    await nucleus(`dataset/${agent.datasetId}/metadata`, { body: { level: 'item', metadata } });
    await nucleus(`dataset/${agent.datasetId}/refloc/h%2Fa`, { method: 'DELETE', body: {} });
    const restored = { dataset_id: agent.datasetId, reference_ids: ['h/a'] };
    await send(`${cloud.url}/v1/agents/items/restore`, { key: cloud.adminKey, body: restored });
    const tag = (change: object) =>
      send(`${cloud.url}/v1/datasets/${agent.datasetId}/tag-changes`, {
        key: cloud.adminKey,
        body: { items: { reference_ids: ['h/a'] }, ...change },
      });
    await tag({ add: ['crack', 'rust'] });
    await tag({ remove: ['rust'] });
    await nucleus(`dataset/${agent.datasetId}/create_slice`, { body: { name: 'both', reference_ids: ['h/a', 'h/b'] } });
    await agent.push([{ op: 'rekey', ref: 'h/a', new_ref: 'pseudonym', rev: 6 }]);
    const { events } = (await history()).body;
    expect(events.map(({ kind, rev, name }: any) => [kind, rev, name])).toEqual([
      ['renamed', 6, null],
      ['slice-in', null, 'both'],
      ['untagged', null, 'rust'],
      ['tagged', null, 'crack'],
      ['restored', null, null],
      ['removed', null, null],
      ['metadata', null, null],
      ['returned', 5, null],
      ['gone', 4, null],
      ['described', 3, null],
      ['first-seen', null, null],
    ]);
    const actors = new Set(events.map(({ actor }: any) => actor));
    expect(actors.size).toBe(3); // the agent's key, the admin's, and nobody for the first
    const times = events.map(({ at }: any) => Date.parse(at));
    expect(times).toEqual(times.toSorted((a: number, b: number) => b - a));
    expect(JSON.stringify(events)).not.toContain('h/a');
    const other = (await item(agent.datasetId, 'h/b')) as any;
    expect((await history(other.id)).body.events.map(({ kind }: any) => kind)).toEqual(['slice-in', 'first-seen']);
    const elsewhere = await anAgent(cloud);
    expect((await history(other.id, elsewhere.datasetId)).status).toBe(404);
  });

  test('a deleted dataset pauses its source until it is made anew', async () => {
    const agent = await anAgent(cloud);
    await agent.push([aPut('a')]);
    await nucleus(`dataset/${agent.datasetId}`, { method: 'DELETE', body: {} });
    expect((await agent.push([aPut('a', 2)])).body.code).toBe('dataset-gone');
    expect((await agent.register()).body.sources[0]).toMatchObject({ dataset_id: agent.datasetId, dataset_gone: true });
    const anew = (await agent.register({}, { recreate: true })).body.sources[0];
    expect(anew.dataset_id).not.toBe(agent.datasetId);
    expect(anew.dataset_gone).toBeUndefined();
    expect(statuses(await agent.push([aPut('a', 1)]))).toEqual(['applied']);
  });

  test('adopting needs a free privacy-mode dataset; a take-over moves a filled one, items and all', async () => {
    const first = await anAgent(cloud);
    await first.push([aPut('a', 4)]);
    const second = await anAgent(cloud);
    const alias = { alias: 'other', adopt: first.datasetId };
    expect((await second.register({}, alias)).status).toBe(409);
    const ordinary = (await nucleus('dataset/create', { body: { name: 'plain' } })).body.dataset_id;
    expect((await second.register({}, { alias: 'other', adopt: ordinary })).status).toBe(409);
    const moved = (await second.register({ take_over: true }, alias)).body.sources[0];
    expect(moved).toMatchObject({ dataset_id: first.datasetId, source_id: first.sourceId, high_rev: 4 });
    expect((await first.push([aPut('b')])).body.code).toBe('agent-not-found');
  });

  test('health and approval are what the dashboard sees, and a new address needs a new approval', async () => {
    const agent = await anAgent(cloud);
    const seen = async () =>
      (await send(`${cloud.url}/v1/agents`, { key: cloud.adminKey })).body.agents.find(
        (each: any) => each.agent_id === agent.agentId,
      );
    expect(await seen()).toMatchObject({ approved: false, state: 'waiting-for-approval', last_heartbeat_ms: null });
    await send(`${cloud.url}/v1/agents/${agent.agentId}/approve`, { method: 'POST', key: cloud.adminKey, body: {} });
    const health = {
      alias: 'main',
      state: 'live',
      reason: 'none',
      on_disk: 3,
      catalogued: 2,
      excluded: 1,
      exceptions: 0,
      queued: 0,
      dead_letters: 0,
      held_deletions: 0,
      lag_s: 1,
    };
    const beat = await send(`${cloud.url}/v1/agents/heartbeat`, {
      key: agent.key,
      body: { agent_id: agent.agentId, sources: [health] },
    });
    expect(beat.body).toEqual({ store_epoch: agent.epoch, approved: true });
    expect(await seen()).toMatchObject({
      approved: true,
      state: 'live',
      sources: [{ health, dataset_name: 'pictures' }],
    });
    await agent.register({ public_url: 'http://evil.test' });
    expect((await seen()).approved).toBe(false);
  });
});
