import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ACloud, aCloud } from './a-cloud.ts';
import { anAgent, aPut, aRecord, digestOf, keyOf } from './an-agent.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

onEachDatabase('the sync protocol', (open) => {
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

  test('registering makes a privacy-mode dataset once and keeps the binding by alias, not by name', async () => {
    const agent = await anAgent(cloud);
    const again = await agent.register({}, { dataset_name: 'another name' });
    expect(again.body.sources[0]).toMatchObject({
      dataset_id: agent.datasetId,
      source_id: agent.sourceId,
      fence: agent.fence,
    });
    expect((await nucleus(`dataset/${agent.datasetId}/use_privacy_mode`)).body.use_privacy_mode).toBe(true);
    expect((await nucleus(`dataset/${agent.datasetId}/name`)).body.name).toBe('pictures');
  });

  test('a put is applied once, whatever is sent again', async () => {
    const agent = await anAgent(cloud);
    expect(statuses(await agent.push([aPut('a'), aPut('b/c')]))).toEqual(['applied', 'applied']);
    expect(statuses(await agent.push([aPut('a'), aPut('b/c')]))).toEqual(['duplicate', 'duplicate']);
    expect((await nucleus(`dataset/${agent.datasetId}/size`)).body).toEqual({ count: 2 });
    expect(await item(agent.datasetId, 'b/c')).toMatchObject({ ...aRecord('b/c'), ref_id: 'b/c' });
    expect((await agent.register()).body.sources[0].high_rev).toBe(1);
  });

  test('an older or a different change is stale and is told what stands', async () => {
    const agent = await anAgent(cloud);
    const second = aPut('a', 2, { width: 41 });
    await agent.push([second]);
    const answer = await agent.push([aPut('a', 1), aPut('a', 2)]);
    const current = { rev: 2, digest: second.digest };
    expect(answer.body.acks).toEqual([
      { ref: 'a', rev: 1, status: 'stale', current },
      { ref: 'a', rev: 2, status: 'stale', current },
    ]);
    expect((await item(agent.datasetId, 'a')).width).toBe(41);
  });

  test('a tombstone holds against late puts and gives way to a newer one, with the id and the labels', async () => {
    const agent = await anAgent(cloud);
    await agent.push([aPut('a', 1)]);
    const { id } = await item(agent.datasetId, 'a');
    await nucleus(`dataset/${agent.datasetId}/append`, {
      body: { items: [{ ...aRecord('a'), metadata: { reviewed: 'yes' } }], update: true },
    });
    expect(statuses(await agent.push([{ op: 'delete', ref: 'a', rev: 2 }]))).toEqual(['applied']);
    expect(statuses(await agent.push([{ op: 'delete', ref: 'a', rev: 2 }]))).toEqual(['duplicate']);
    expect((await nucleus(`dataset/${agent.datasetId}/refloc/a`)).status).toBe(404);
    expect((await agent.push([aPut('a', 1)])).body.acks[0]).toMatchObject({
      status: 'stale',
      current: { rev: 2, digest: 'deleted' },
    });
    expect((await nucleus(`dataset/${agent.datasetId}/size`)).body).toEqual({ count: 0 });
    expect(statuses(await agent.push([aPut('a', 3)]))).toEqual(['applied']);
    const back = await item(agent.datasetId, 'a');
    expect(back.id).toBe(id);
    expect(back.metadata).toMatchObject({ reviewed: 'yes', source: 'main' });
  });

  test('a delete of what never came still holds against an older put', async () => {
    const agent = await anAgent(cloud);
    await agent.push([{ op: 'delete', ref: 'ghost', rev: 5 }]);
    expect(statuses(await agent.push([aPut('ghost', 4)]))).toEqual(['stale']);
    expect((await nucleus(`dataset/${agent.datasetId}/size`)).body).toEqual({ count: 0 });
  });

  test('what a user removed stays away, is counted as settled and is followed', async () => {
    const agent = await anAgent(cloud);
    await agent.push([aPut('a', 1), aPut('b', 1)]);
    await nucleus(`dataset/${agent.datasetId}/refloc/a`, { method: 'DELETE', body: {} });
    expect(statuses(await agent.push([aPut('a', 1)]))).toEqual(['duplicate']);
    expect(statuses(await agent.push([aPut('a', 2, { width: 9 })]))).toEqual(['applied']);
    expect((await nucleus(`dataset/${agent.datasetId}/refloc/a`)).status).toBe(404);
    expect((await nucleus(`dataset/${agent.datasetId}/size`)).body).toEqual({ count: 1 });
    const bucket = await agent.manifest(keyOf('a').slice(0, 4));
    expect(bucket.items).toEqual([expect.objectContaining({ ref: 'a', rev: 2, state: 'removed_by_user' })]);
    const readd = await nucleus(`dataset/${agent.datasetId}/append`, { body: { items: [aRecord('a')] } });
    expect(readd.body).toMatchObject({ new_items: 0, upload_errors: 1 });
  });

  test('what a user removed comes back as the agent last described it, once, with its id', async () => {
    const agent = await anAgent(cloud);
    await agent.push([aPut('a', 1), aPut('b', 1)]);
    const { id } = await item(agent.datasetId, 'a');
    await nucleus(`dataset/${agent.datasetId}/refloc/a`, { method: 'DELETE', body: {} });
    await agent.push([aPut('a', 2, { width: 9 })]);
    const restore = (refs: string[]) =>
      send(`${cloud.url}/v1/agents/items/restore`, {
        key: cloud.adminKey,
        body: { dataset_id: agent.datasetId, reference_ids: refs },
      });
    expect((await restore(['a', 'b', 'ghost'])).body).toEqual({ restored: ['a'] });
    expect((await restore(['a'])).body).toEqual({ restored: [] });
    expect(await item(agent.datasetId, 'a')).toMatchObject({ id, width: 9 });
    expect((await nucleus(`dataset/${agent.datasetId}/size`)).body).toEqual({ count: 2 });
    const bucket = await agent.manifest(keyOf('a').slice(0, 4));
    expect(bucket.items).toEqual([expect.objectContaining({ ref: 'a', rev: 2, state: 'live' })]);
    const found = await send(`${cloud.url}/v1/insights/${agent.datasetId}/tiles`, {
      key: cloud.adminKey,
      body: { offset: 0, limit: 9, query: 'width = 9' },
    });
    expect(found.body.tiles.map((tile: { ref: string }) => tile.ref)).toEqual(['a']);
  });

  test('each bad change is rejected with its code and the rest is applied', async () => {
    const agent = await anAgent(cloud, { fields_off: ['iso'] });
    const answer = await agent.push([
      aPut('good'),
      { ...aPut('liar'), digest: '0'.repeat(32) },
      { ...aPut('other'), ref: 'mismatch' },
      aPut('gps', 1, { metadata: { lat: 1 } }),
      aPut('off', 1, { metadata: { iso: 100 } }),
      aPut('thumb', 1, { thumbnail: 'AAAA' }),
      aPut('alias', 1, { metadata: { source: 'elsewhere' } }),
      { op: 'delete', ref: 'extra', rev: 1, path: '/etc' },
    ]);
    expect(answer.body.acks.map((ack: any) => [ack.ref, ack.status, ack.code])).toEqual([
      ['good', 'applied', undefined],
      ['liar', 'rejected', 'digest-mismatch'],
      ['mismatch', 'rejected', 'reference-mismatch'],
      ['gps', 'rejected', 'over-level'],
      ['off', 'rejected', 'over-level'],
      ['thumb', 'rejected', 'invalid-item'],
      ['alias', 'rejected', 'invalid-item'],
      ['extra', 'rejected', 'invalid-item'],
    ]);
    expect((await nucleus(`dataset/${agent.datasetId}/size`)).body).toEqual({ count: 1 });
  });

  test('a custom field keeps its type for the whole dataset', async () => {
    const agent = await anAgent(cloud, { level: 'rich' });
    await agent.push([aPut('a', 1, { metadata: { x_site: 'north' } })]);
    const answer = await agent.push([aPut('b', 1, { metadata: { x_site: 4 } })]);
    expect(answer.body.acks[0]).toMatchObject({ status: 'rejected', code: 'field-type-conflict' });
  });

  test('an older fence is superseded and a take-over raises it', async () => {
    const agent = await anAgent(cloud);
    const taken = (await agent.register({ take_over: true })).body.sources[0];
    expect(taken.fence).toBe(agent.fence + 1);
    const old = await agent.push([aPut('a')]);
    expect([old.status, old.headers.get('x-error-code'), old.body.code]).toEqual([409, 'superseded', 'superseded']);
    expect(statuses(await agent.push([aPut('a')], { fence: taken.fence }))).toEqual(['applied']);
  });

  test('another store epoch is told before anything is applied', async () => {
    const agent = await anAgent(cloud);
    const answer = await agent.push([aPut('a')], { epoch: 'f'.repeat(32) });
    expect([answer.status, answer.body.code]).toEqual([409, 'epoch-changed']);
    expect((await nucleus(`dataset/${agent.datasetId}/size`)).body).toEqual({ count: 0 });
  });

  test('the epoch survives a restart', async () => {
    const agent = await anAgent(cloud);
    await cloud.restart();
    expect((await agent.register()).body.store_epoch).toBe(agent.epoch);
  });

  test('plain and compressed batches are equal; other encodings, types and versions are refused', async () => {
    const agent = await anAgent(cloud);
    const lines = [{ v: 1, agent_id: agent.agentId, source: 'main' }, aPut('ü☃')]
      .map((line) => JSON.stringify(line))
      .join('\n');
    expect(statuses(await agent.push([], { raw: `${lines}\n`, headers: { 'content-encoding': 'identity' } }))).toEqual([
      'applied',
    ]);
    expect(statuses(await agent.push([], { raw: gzipSync(lines) }))).toEqual(['duplicate']);
    expect((await agent.push([], { raw: lines, headers: { 'content-encoding': 'br' } })).status).toBe(415);
    expect((await agent.push([], { headers: { 'content-type': 'application/json' } })).status).toBe(415);
    expect((await agent.push([], { raw: 'no gzip' })).status).toBe(400);
    expect((await agent.push([], { raw: gzipSync(lines).subarray(0, 60) })).status).toBe(400);
    expect((await agent.push([], { raw: gzipSync('') })).status).toBe(400);
    expect((await agent.push([], { head: { v: 2, agent_id: agent.agentId, source: 'main' } })).status).toBe(426);
  });

  test('a batch over 1,000 changes, over 4 MiB or that inflates like a bomb is refused whole', async () => {
    const agent = await anAgent(cloud);
    const many = Array.from({ length: 1001 }, (_, at) => ({ op: 'delete', ref: `r${at}`, rev: 1 }));
    expect((await agent.push(many)).status).toBe(413);
    expect(statuses(await agent.push(many.slice(0, 1000)))).toHaveLength(1000);
    const big = `${JSON.stringify({ v: 1, agent_id: agent.agentId, source: 'main' })}\n${' '.repeat(5 * 1024 * 1024)}`;
    expect((await agent.push([], { raw: big, headers: { 'content-encoding': 'identity' } })).status).toBe(413);
    expect((await agent.push([], { raw: gzipSync(Buffer.alloc(64 * 1024 * 1024, '\n')) })).status).toBe(413);
  });

  test('re-keying keeps the id and the labels, and leaves no old path', async () => {
    const agent = await anAgent(cloud);
    await agent.push([aPut('secret/plan.jpg', 1)]);
    const before = await item(agent.datasetId, 'secret/plan.jpg');
    await agent.register({}, { names: 'pseudonym' });
    const pseudonym = `p_${'c'.repeat(32)}`;
    const rekey = { op: 'rekey', ref: 'secret/plan.jpg', new_ref: pseudonym, rev: 2 };
    expect(statuses(await agent.push([rekey]))).toEqual(['applied']);
    expect(statuses(await agent.push([rekey]))).toEqual(['duplicate']);
    const after = await item(agent.datasetId, pseudonym);
    expect(after.id).toBe(before.id);
    expect(after.image_url).toBe(`http://127.0.0.1:8787/assets/main/${pseudonym}`);
    const everything = [
      (await nucleus(`dataset/${agent.datasetId}/datasetItems`)).text,
      JSON.stringify(await agent.manifest(keyOf(pseudonym).slice(0, 4))),
    ].join();
    expect(everything).not.toContain('secret');
    const { reference_id, image_url, width, height, metadata } = after;
    const bucket = await agent.manifest(keyOf(pseudonym).slice(0, 4));
    expect(bucket.items[0].digest).toBe(digestOf({ reference_id, image_url, width, height, metadata }));
  });

  test('re-keying onto a taken id is rejected, and ids can rotate within a batch', async () => {
    const agent = await anAgent(cloud);
    await agent.push([aPut('a'), aPut('b')]);
    const answer = await agent.push([{ op: 'rekey', ref: 'a', new_ref: 'b', rev: 2 }]);
    expect(answer.body.acks[0]).toMatchObject({ status: 'rejected', code: 'reference-taken' });
    const [a, b] = [await item(agent.datasetId, 'a'), await item(agent.datasetId, 'b')];
    const rotated = await agent.push([
      { op: 'rekey', ref: 'a', new_ref: 'c', rev: 3 },
      { op: 'rekey', ref: 'b', new_ref: 'a', rev: 3 },
    ]);
    expect(statuses(rotated)).toEqual(['applied', 'applied']);
    expect((await item(agent.datasetId, 'c')).id).toBe(a.id);
    expect((await item(agent.datasetId, 'a')).id).toBe(b.id);
  });

  test('tombstones hold no reference id', async () => {
    const agent = await anAgent(cloud);
    await agent.push([aPut('gone/file.jpg', 1)]);
    await agent.push([{ op: 'delete', ref: 'gone/file.jpg', rev: 2 }]);
    const bucket = await agent.manifest(keyOf('gone/file.jpg').slice(0, 4));
    expect(bucket.items).toEqual([{ k: keyOf('gone/file.jpg'), ref: '', rev: 2, digest: 'deleted', state: 'deleted' }]);
  });
});
