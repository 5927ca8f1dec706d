/** Slices as the Python client uses them, and `slice = …` in queries. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { eventually } from '../builders/eventually.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

onEachDatabase('slices', (open) => {
  let cloud: ACloud;
  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
  });
  afterAll(() => cloud.close());

  const call = (route: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${cloud.url}/v1/nucleus/${route}`, { key: cloud.adminKey, ...options });
  const aDataset = async (refs: readonly string[] = [], over: object = {}): Promise<string> => {
    const id = (await call('dataset/create', { body: { name: 'set', use_privacy_mode: true, ...over } })).body
      .dataset_id;
    const items = refs.map((ref, at) => ({
      reference_id: ref,
      image_url: `https://x.test/${ref}`,
      width: 8,
      height: 6,
      metadata: { at },
    }));
    if (items.length > 0) await call(`dataset/${id}/append`, { body: { items } });
    return id;
  };
  const aSlice = async (dataset: string, body: object): Promise<string> =>
    (await call(`dataset/${dataset}/create_slice`, { body: { name: 'slice', ...body } })).body.slice_id;
  const refsOf = async (slice: string): Promise<string[]> =>
    (await call(`slice/${slice}`)).body.items.map((item: { ref_id: string }) => item.ref_id);

  test('a slice of reference ids holds exactly those items, whole and with id', async () => {
    const dataset = await aDataset(['a', 'b/c d', 'e']);
    const created = await call(`dataset/${dataset}/create_slice`, {
      body: { name: 'two', reference_ids: ['e', 'b/c d', 'e'] },
    });
    expect(created.text).toMatch(/^\{"slice_id":"slc_[a-z0-9]{20}"\}$/);
    const slice = created.body.slice_id;
    const item = (await call(`dataset/${dataset}/refloc/${encodeURIComponent('b/c d')}`)).body.item;
    expect((await call(`slice/${slice}`)).body.items).toEqual([
      item,
      (await call(`dataset/${dataset}/refloc/e`)).body.item,
    ]);
    const info = (await call(`slice/${slice}/info`)).body;
    expect(info).toEqual({
      name: 'two',
      slice_id: slice,
      dataset_id: dataset,
      type: 'dataset_item',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      pending_job_count: 0,
      description: null,
      tags: [],
    });
    expect((await call(`dataset/${dataset}/info`)).body.slice_ids).toEqual([slice]);
  });

  test('a slice of item ids and an empty one are made, and the client’s unused nulls are no mixture', async () => {
    const dataset = await aDataset(['a', 'b']);
    const id = (await call(`dataset/${dataset}/refloc/b`)).body.item.id;
    const ids = { dataset_item_ids: [id], scene_ids: null, object_ids: null };
    expect(await refsOf(await aSlice(dataset, ids))).toEqual(['b']);
    expect(await refsOf(await aSlice(dataset, { allow_empty: 1 }))).toEqual([]);
    const scenes = await aDataset([], { is_scene: true });
    const empty = await aSlice(scenes, { allow_empty: true });
    expect((await call(`slice/${empty}/info`)).body.type).toBe('scene');
  });

  test.each([
    { why: 'an unknown reference id', body: { reference_ids: ['a', 'ghost'] }, status: 404, says: /ghost/ },
    { why: 'an unknown item id', body: { dataset_item_ids: ['di_none'] }, status: 404, says: /di_none/ },
    { why: 'an unknown object', body: { object_ids: ['ann_none'] }, status: 404, says: /ann_none/ },
    { why: 'two kinds', body: { dataset_item_ids: ['x'], object_ids: ['y'] }, status: 400, says: /one kind/ },
    { why: 'no members', body: {}, status: 400, says: /allow_empty/ },
    {
      why: '10,001 reference ids',
      body: { reference_ids: Array.from({ length: 10_001 }, (_, at) => `r${at}`) },
      status: 400,
      says: /10,000/,
    },
  ])('$why makes no slice and is said', async ({ body, status, says }) => {
    const dataset = await aDataset(['a']);
    const answer = await call(`dataset/${dataset}/create_slice`, { body: { name: 'bad', ...body } });
    expect(answer.status).toBe(status);
    expect(Object.keys(answer.body)).toEqual(['error']);
    expect(answer.body.error).toMatch(says);
    expect((await call(`dataset/${dataset}/slices`)).body).toEqual([]);
  });

  test('listings show live slices of live datasets, by name and by type as Python spells it', async () => {
    const dataset = await aDataset(['a']);
    const [one, two] = [
      await aSlice(dataset, { name: 'x y', reference_ids: ['a'] }),
      await aSlice(dataset, { name: 'other', allow_empty: 1 }),
    ];
    const list = async (query: string) =>
      (await call(`dataset/${dataset}/slices${query}`)).body.map(({ id }: { id: string }) => id);
    expect((await list('')).toSorted()).toEqual([one, two].toSorted());
    expect(await list('?name=x%20y&')).toEqual([one]);
    expect(await list('?name=none&')).toEqual([]);
    expect(await list('?name=other&type=SliceType.DATASET_ITEM')).toEqual([two]);
    expect(await list('?type=object')).toEqual([]);
    const mine = async () =>
      (await call('slice/')).body.filter((entry: { dataset_id: string }) => entry.dataset_id === dataset);
    expect(await mine()).toHaveLength(2);
    expect((await call(`slice/${two}`, { method: 'DELETE', body: {} })).status).toBe(200);
    expect(await list('')).toEqual([one]);
    expect((await call(`slice/${two}/info`)).status).toBe(404);
    await call(`dataset/${dataset}`, { method: 'DELETE', body: {} });
    expect(await mine()).toEqual([]);
    expect((await call(`slice/${one}`)).headers.get('x-error-code')).toBe('slice-not-found');
  });

  test('append adds what is not in it yet, answers that, and an unknown id adds nothing', async () => {
    const dataset = await aDataset(['a', 'b', 'c']);
    const slice = await aSlice(dataset, { reference_ids: ['b'] });
    const append = (refs: string[] | null, id = dataset) =>
      call(`slice/${slice}/append`, { body: { reference_ids: refs, dataset_id: id } });
    expect((await append(['c', 'b'])).body).toEqual({ slice_id: slice, new_items: ['c'] });
    expect((await append(['c', 'b'])).body.new_items).toEqual([]);
    expect((await append(null)).body.new_items).toEqual([]);
    expect((await append(['a', 'ghost'])).status).toBe(404);
    expect((await append(['a'], 'ds_other')).status).toBe(400);
    expect(await refsOf(slice)).toEqual(['b', 'c']);
  });

  test('two appends of the same items at once add each item once', async () => {
    const refs = Array.from({ length: 50 }, (_, at) => `r${at}`);
    const dataset = await aDataset(refs);
    const slice = await aSlice(dataset, { allow_empty: 1 });
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => call(`slice/${slice}/append`, { body: { reference_ids: refs } })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(answers.reduce((sum, { body }) => sum + body.new_items.length, 0)).toBe(50);
    expect(await refsOf(slice)).toEqual(refs);
  });

  test('pages drop and repeat nothing while items and members come and go', async () => {
    const refs = Array.from({ length: 23 }, (_, at) => `r${at}`);
    const dataset = await aDataset(refs);
    const slice = await aSlice(dataset, { reference_ids: refs.filter((_, at) => at % 2 === 0) });
    const seen: string[] = [];
    let token: string | null = null;
    do {
      const page: any = (await call(`slice/${slice}/itemsPage`, { body: { pageToken: token, pageSize: 3 } })).body;
      seen.push(...page.items.map((item: { ref_id: string }) => item.ref_id));
      token = page.nextPageToken;
      if (seen.length === 3) await call(`dataset/${dataset}/refloc/r0`, { method: 'DELETE', body: {} });
      if (seen.length === 6) await call(`slice/${slice}/append`, { body: { reference_ids: ['r21'] } });
    } while (token !== null);
    expect(seen).toEqual([...refs.filter((_, at) => at % 2 === 0 && at < 22), 'r21', 'r22']);
    expect(await refsOf(slice)).not.toContain('r0');
    expect((await call(`slice/${slice}/itemsPage`, { body: { pageToken: 'mine', pageSize: 3 } })).status).toBe(400);
  });

  test('tags are added once each', async () => {
    const slice = await aSlice(await aDataset(), { allow_empty: 1 });
    await call(`slice/${slice}/tag`, { body: { slice_tags: ['b', 'a'] } });
    await call(`slice/${slice}/tag`, { body: { slice_tags: ['b', 'c'] } });
    expect((await call(`slice/${slice}/info`)).body.tags).toEqual(['a', 'b', 'c']);
  });

  test('queries find members at once, follow appends and deletions, and name an unknown slice', async () => {
    const dataset = await aDataset(['a', 'b', 'c', 'd']);
    const one = await aSlice(dataset, { reference_ids: ['a', 'c'] });
    const two = await aSlice(dataset, { reference_ids: ['d'] });
    const find = async (query: string) => {
      const answer = await call(`dataset/${dataset}/queryItemsPage`, { body: { pageSize: 10, query } });
      return answer.status === 200 ? answer.body.items.map((item: { ref_id: string }) => item.ref_id) : answer.body;
    };
    expect(await find(`slice = ${one}`)).toEqual(['a', 'c']);
    expect(await find(`slice != ${one}`)).toEqual(['b', 'd']);
    expect(await find(`slice = "${one}" AND at > 0`)).toEqual(['c']);
    expect(await find(`slice IN (${one}, ${two})`)).toEqual(['a', 'c', 'd']);
    await call(`slice/${one}/append`, { body: { reference_ids: ['b'] } });
    expect(await find(`slice = ${one}`)).toEqual(['a', 'b', 'c']);
    await call(`dataset/${dataset}/refloc/a`, { method: 'DELETE', body: {} });
    expect(await find(`slice = ${one}`)).toEqual(['b', 'c']);
    await cloud.restart();
    expect(await find(`slice = ${one}`)).toEqual(['b', 'c']);
    await call(`slice/${one}`, { method: 'DELETE', body: {} });
    expect(await find(`slice = ${one}`)).toEqual({
      error: expect.stringMatching(/^This dataset has no such slice\. \(At characters 9 to \d+ of/),
    });
    expect(await find(`NOT slice IN (${two})`)).toEqual(['b', 'c']);
    expect(await find('slice > slc_a')).toEqual({
      error: 'A slice can be compared by = and != only. (At characters 1 to 13 of the query.)',
    });
  });

  test('nothing of a deleted dataset’s slices and taxonomies stays in the database', async () => {
    const dataset = await aDataset(['a', 'b']);
    await aSlice(dataset, { reference_ids: ['a', 'b'] });
    await call(`dataset/${dataset}/add_taxonomy`, {
      body: { taxonomy_name: 't', type: 'category', labels: ['x'], update: false },
    });
    const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
    try {
      const left = async () => {
        let rows = 0;
        for (const table of ['items', 'slices', 'slice_items', 'taxonomies'] as const) {
          rows += (await db.selectFrom(table).select('dataset_id').where('dataset_id', '=', dataset).execute()).length;
        }
        return rows;
      };
      expect(await left()).toBe(6);
      await call(`dataset/${dataset}`, { method: 'DELETE', body: {} });
      expect(await eventually('the purge', 10_000, async () => ((await left()) === 0 ? 0 : undefined))).toBe(0);
    } finally {
      await close();
    }
  });
});
