/** Deduplication, duplicate groups, similarity and sampled slices over real databases. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenDatabase, openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { deduplicate } from '../../cloud-api/src/deduplication/deduplicate.ts';
import { Projections } from '../../cloud-api/src/search/projections.ts';
import { abandonBuiltSlice, fillBuiltSlice, openBuiltSlice } from '../../cloud-api/src/slices/build-slice.ts';
import { aJpeg } from '../builders/a-picture.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { anAgent, aPut } from './an-agent.ts';
import { onEachDatabase } from './on-each-database.ts';
import { seeded } from './random-query.ts';
import { send } from './send.ts';

/** 64 characters with the given bits set. */
function hash(...bits: number[]): string {
  return Array.from({ length: 64 }, (_, at) => (bits.includes(at) ? '1' : '0')).join('');
}

function distance(a: string, b: string): number {
  return [...a].filter((bit, at) => bit !== b[at]).length;
}

onEachDatabase('near duplicates', (open) => {
  let cloud: ACloud;
  let pictures: PictureServer;
  let second: OpenDatabase;
  let projections: Projections;
  beforeAll(async () => {
    pictures = await aPictureServer({ '/a.jpg': await aJpeg() });
    cloud = await aCloud({ database: await open(), fetchAllow: [pictures.host] });
    second = await openDatabase(cloud.databaseUrl, () => undefined);
    projections = new Projections(second.db, join(cloud.data, 'second'), second.storeEpoch);
  });
  afterAll(async () => {
    await projections.close();
    await second.close();
    await cloud.close();
    await pictures.close();
  });

  const call = (route: string, body?: unknown) =>
    send(`${cloud.url}/v1/${route}`, { key: cloud.adminKey, ...(body === undefined ? {} : { body }) });
  const tenant = () => cloud.running.tenantId;
  const acting = () => ({ tenantId: tenant(), actor: 'test', nowMs: Date.now() });
  const aDataset = async (hashes: Readonly<Record<string, string | null>>, over: object = {}): Promise<string> => {
    const id = (await call('nucleus/dataset/create', { name: 'set', ...over })).body.dataset_id;
    const items = Object.entries(hashes).map(([ref, phash]) => ({
      reference_id: ref,
      image_url: `${pictures.origin}/a.jpg`,
      width: 4,
      height: 3,
      phash,
    }));
    if (items.length > 0) await call(`nucleus/dataset/${id}/append`, { items });
    // Intake fills in what is absent; what was stored before there was an intake has none.
    const bare = Object.keys(hashes).filter((ref) => hashes[ref] === null);
    for (let at = 0; at < bare.length; at += 500) {
      const update = second.db.updateTable('items').set({ phash: null }).where('tenant_id', '=', tenant());
      await update
        .where('dataset_id', '=', id)
        .where('reference_id', 'in', bare.slice(at, at + 500))
        .execute();
    }
    return id;
  };
  /** As the message of a job tells it. */
  const run = async (datasetId: string, input: Partial<Parameters<typeof deduplicate>[3]> = {}) => {
    const { places, names, stats } = await deduplicate(second.db, tenant(), datasetId, { threshold: 0, ...input });
    return {
      unique_item_ids: Array.from(places, (place) => names.itemId(place)),
      unique_reference_ids: Array.from(places, (place) => names.referenceId(place)),
      stats,
    };
  };

  test('the lists run parallel, in order of the hash, and survivors survive again', async () => {
    const random = seeded(3);
    const hashes: Record<string, string> = {};
    for (let at = 0; at < 300; at++) {
      const near = at % 3 === 0 ? undefined : hashes[`r${at - (at % 3)}`];
      hashes[`r${at}`] = near
        ? [...near].map((bit, place) => (place === at % 64 ? (bit === '1' ? '0' : '1') : bit)).join('')
        : Array.from({ length: 64 }, () => (random() < 0.5 ? '0' : '1')).join('');
    }
    const dataset = await aDataset(hashes);
    const result = await run(dataset, { threshold: 2 });
    expect(result.stats).toEqual({
      threshold: 2,
      original_count: 300,
      deduplicated_count: 100,
      skipped_without_hash: 0,
    });
    const kept = result.unique_reference_ids.map((ref) => hashes[ref] as string);
    expect(kept).toEqual(kept.toSorted());
    for (const [at, one] of kept.entries()) {
      for (const other of kept.slice(at + 1)) expect(distance(one, other)).toBeGreaterThan(2);
    }
    for (const [at, ref] of result.unique_reference_ids.slice(0, 5).entries()) {
      const item = (await call(`nucleus/dataset/${dataset}/refloc/${ref}`)).body.item;
      expect(item.id).toBe(result.unique_item_ids[at]);
    }
    expect(await run(dataset, { threshold: 2 })).toEqual(result);
    const again = await run(dataset, { threshold: 2, dataset_item_ids: result.unique_item_ids });
    expect(again.unique_item_ids).toEqual(result.unique_item_ids);
    expect((await run(dataset, { threshold: 64 })).unique_item_ids).toHaveLength(1);
  });

  test('among equal hashes the lowest item id stays', async () => {
    const dataset = await aDataset({ a: hash(1), b: hash(1), c: hash(1), d: hash(2) });
    const ids = (await call(`nucleus/dataset/${dataset}/datasetItems`)).body.dataset_items.map(({ id }: any) => id);
    const result = await run(dataset);
    // bit 1 counts for more than bit 2
    expect(result.unique_item_ids).toEqual([ids[3], ids.slice(0, 3).toSorted()[0]]);
  });

  test('an empty dataset has zeros and empty lists', async () => {
    expect(await run(await aDataset({}), { threshold: 10 })).toEqual({
      unique_item_ids: [],
      unique_reference_ids: [],
      stats: { threshold: 10, original_count: 0, deduplicated_count: 0, skipped_without_hash: 0 },
    });
  });

  test.each([10.5, -1, 65, Number.NaN])('the threshold %d is refused', async (threshold) => {
    const dataset = await aDataset({ a: hash(1) });
    await expect(run(dataset, { threshold })).rejects.toMatchObject({ code: 'invalid-request', at: 'threshold' });
  });

  test.each([
    { why: 'an unknown reference id', input: { reference_ids: ['a', 'ghost'] }, code: 'item-not-found' },
    { why: 'an unknown item id', input: { dataset_item_ids: ['di_none'] }, code: 'item-not-found' },
    { why: 'both lists', input: { reference_ids: ['a'], dataset_item_ids: [] }, code: 'invalid-request' },
    { why: 'an item without a hash', input: {}, code: 'perceptual-hash-missing' },
  ])('$why is an error', async ({ input, code }) => {
    const dataset = await aDataset({ a: hash(1), bare: null });
    await expect(run(dataset, input)).rejects.toMatchObject({ code });
    await expect(run('ds_none', input)).rejects.toMatchObject({ code: 'dataset-not-found' });
  });

  test('in privacy mode items without pixels are skipped and counted, but not when they are named', async () => {
    const agent = await anAgent(cloud);
    await agent.push([
      aPut('a.jpg', 1, { phash: hash(1), metadata: { status: 'ok' } }),
      aPut('b.jpg', 1, { phash: hash(1), metadata: { status: 'ok' } }),
      aPut('c.raw', 1, { metadata: { status: 'no-pixels' } }),
    ]);
    const result = await run(agent.datasetId);
    expect(result.unique_reference_ids).toHaveLength(1);
    expect(result.stats).toEqual({
      threshold: 0,
      original_count: 3,
      deduplicated_count: 1,
      skipped_without_hash: 1,
    });
    await expect(run(agent.datasetId, { reference_ids: ['a.jpg', 'c.raw'] })).rejects.toMatchObject({
      code: 'perceptual-hash-missing',
    });
    const bare = await anAgent(cloud);
    await bare.push([aPut('c.raw', 1, { metadata: { status: 'no-pixels' } })]);
    await expect(run(bare.datasetId)).rejects.toThrow(/missing perceptual hash/);
  });

  test('an aborted run ends with the reason', async () => {
    const dataset = await aDataset(
      Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`r${at}`, hash(at % 64)])),
    );
    const stopping = new AbortController();
    stopping.abort(new Error('stopping'));
    const work = { signal: stopping.signal };
    await expect(deduplicate(second.db, tenant(), dataset, { threshold: 0 }, work)).rejects.toThrow('stopping');
  });

  test('groups are connected items, the largest first, and follow the next write', async () => {
    const dataset = await aDataset({
      a: hash(),
      b: hash(1, 2),
      c: hash(1, 2, 3, 4),
      far: hash(...Array.from({ length: 32 }, (_, at) => at + 32)),
      twin: hash(...Array.from({ length: 32 }, (_, at) => at + 32)),
      alone: hash(...Array.from({ length: 20 }, (_, at) => at + 8)),
      bare: null,
    });
    const groups = async (body: object) => (await call(`insights/${dataset}/groups`, body)).body;
    const refs = (page: any) => page.groups.map((group: any) => group.tiles.map((tile: any) => tile.ref).join());
    const first = await groups({ threshold: 2 });
    expect(refs(first)).toEqual(['a,b,c', 'far,twin']);
    expect(first).toMatchObject({ total: 2, items_in_groups: 5, without_hash: 1 });
    expect((await call(`insights/${dataset}/fields`, {})).body).toEqual({ fields: [], with_hash: 6 });
    expect(refs(await groups({ threshold: 2, offset: 1, limit: 1 }))).toEqual(['far,twin']);
    expect(refs(await groups({ threshold: 0 }))).toEqual(['far,twin']);
    const cut = await groups({ threshold: 2, members: 1 });
    expect(cut.groups[0]).toMatchObject({ size: 3, tiles: [{ ref: 'a' }] });
    const tag = (name: string, refs: string[]) =>
      call(`datasets/${dataset}/tag-changes`, { items: { reference_ids: refs }, add: [name] });
    await tag('keep', ['far']);
    expect(await groups({ threshold: 2, decided: 'tag = keep' })).toMatchObject({ total: 2, decided: 0 });
    await tag('archived', ['twin']);
    const left = await groups({ threshold: 2, decided: 'tag IN (keep, archived)' });
    expect(refs(left)).toEqual(['a,b,c']);
    expect(left).toMatchObject({ total: 1, decided: 1, items_in_groups: 3 });
    expect(left.groups[0].tiles[0]).toMatchObject({
      ref: 'a',
      hash: expect.stringMatching(/^[0-9a-f]{16}$/),
      fields: 0,
    });
    expect((await groups({ threshold: 2 })).groups[1].tiles.map((tile: any) => tile.t)).toEqual([
      ['keep'],
      ['archived'],
    ]);
    await send(`${cloud.url}/v1/nucleus/dataset/${dataset}/refloc/b`, {
      key: cloud.adminKey,
      method: 'DELETE',
      body: {},
    });
    expect(refs(await groups({ threshold: 2 }))).toEqual(['far,twin']);
    expect((await call(`insights/${dataset}/groups`, { threshold: 17 })).status).toBe(400);
  });

  test('similar items come nearest first, with their distances, and never the item itself', async () => {
    const dataset = await aDataset({
      self: hash(0, 63),
      equal: hash(0, 63),
      far: hash(...Array.from({ length: 62 }, (_, at) => at + 1)),
      one: hash(0),
      two: hash(),
      bare: null,
    });
    const similar = async (ref: string, limit: number) =>
      (await call(`insights/${dataset}/similar`, { reference_id: ref, limit })).body;
    const all = (await similar('self', 10)).items.map(({ distance: bits, tile }: any) => [tile.ref, bits]);
    expect(all).toEqual([
      ['equal', 0],
      ['one', 1],
      ['two', 2],
      ['far', 64],
    ]);
    expect((await similar('self', 2)).items).toHaveLength(2);
    expect((await similar('bare', 2)).code).toBe('perceptual-hash-missing');
    expect((await similar('ghost', 2)).code).toBe('item-not-found');
  });

  test('a random sample is opened empty, filled once, within its slice, and the same for the same slice', async () => {
    const refs = Array.from({ length: 40 }, (_, at) => `r${at}`);
    const dataset = await aDataset(Object.fromEntries(refs.map((ref) => [ref, null])));
    const within = (
      await call(`nucleus/dataset/${dataset}/create_slice`, { name: 'half', reference_ids: refs.slice(0, 20) })
    ).body.slice_id;
    const sample = { name: 's', sampleSize: 8, sampleMethod: 'Random' as const, filters: { sliceId: within } };
    const slice = await openBuiltSlice(second.db, acting(), dataset, sample);
    expect((await call(`nucleus/slice/${slice}/info`)).body).toMatchObject({ pending_job_count: 1, name: 's' });
    expect(await fillBuiltSlice(second.db, projections, acting(), slice, sample)).toBe(8);
    expect(await fillBuiltSlice(second.db, projections, acting(), slice, sample)).toBe(0);
    const members = (await call(`nucleus/slice/${slice}`)).body;
    expect(members.pending_job_count).toBe(0);
    expect(members.items).toHaveLength(8);
    for (const { ref_id } of members.items) expect(refs.slice(0, 20)).toContain(ref_id);
    const given = await openBuiltSlice(second.db, acting(), dataset, sample);
    await abandonBuiltSlice(second.db, tenant(), given);
    expect((await call(`nucleus/slice/${given}/info`)).body.pending_job_count).toBe(0);
  });

  test('a sample by uniqueness takes one of each cluster before a second of any', async () => {
    const clusters = [
      hash(),
      hash(...Array.from({ length: 32 }, (_, at) => at)),
      hash(...Array.from({ length: 32 }, (_, at) => at + 32)),
    ];
    const hashes: Record<string, string> = {};
    for (let at = 0; at < 30; at++) {
      const centre = clusters[at % 3] as string;
      const bit = 10 + Math.floor(at / 3);
      hashes[`r${at}`] = `${centre.slice(0, bit)}${centre[bit] === '1' ? '0' : '1'}${centre.slice(bit + 1)}`;
    }
    const dataset = await aDataset(hashes);
    const sample = { name: 's', sampleSize: 3, sampleMethod: 'Uniqueness' as const };
    const slice = await openBuiltSlice(second.db, acting(), dataset, sample);
    expect(await fillBuiltSlice(second.db, projections, acting(), slice, sample)).toBe(3);
    const members = (await call(`nucleus/slice/${slice}`)).body.items;
    expect(new Set(members.map(({ ref_id }: any) => Number(ref_id.slice(1)) % 3)).size).toBe(3);
  });

  test.each([
    { why: 'no members', over: { sampleSize: 0 }, code: 'invalid-request' },
    {
      why: 'an unknown autotag',
      over: { filters: { autotag: { autotagId: 'tag_x', range: [0, 1] as [number, number] } } },
      code: 'autotag-not-found',
    },
    { why: 'an unknown slice', over: { filters: { sliceId: 'slc_x' } }, code: 'slice-not-found' },
  ])('a sample of $why is refused and leaves no slice', async ({ over, code }) => {
    const dataset = await aDataset({ a: hash(1) });
    const sample = { name: 's', sampleSize: 1, sampleMethod: 'Random' as const, ...over };
    await expect(openBuiltSlice(second.db, acting(), dataset, sample)).rejects.toMatchObject({ code });
    expect((await call(`nucleus/dataset/${dataset}/slices`)).body).toEqual([]);
  });
});
