/** Live and frozen slices of queries, members that leave, tags with undo, and `tag` and `slice` in queries. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../builders/eventually.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

const tenMinutesMs = 600_000;

onEachDatabase('slices and tags', (open) => {
  let cloud: ACloud;
  let nowMs = Date.now();
  beforeAll(async () => {
    cloud = await aCloud({ database: await open(), clock: () => nowMs });
  });
  afterAll(() => cloud.close());

  const call = (route: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${cloud.url}/v1/${route}`, { key: cloud.adminKey, ...options });
  const append = (dataset: string, refs: readonly string[], from = 0) =>
    call(`nucleus/dataset/${dataset}/append`, {
      body: {
        items: refs.map((ref, at) => ({
          reference_id: ref,
          image_url: `https://x.test/${ref}`,
          width: 8,
          height: 6,
          metadata: { at: from + at },
        })),
      },
    });
  const aDataset = async (refs: readonly string[]): Promise<string> => {
    const made = await call('nucleus/dataset/create', { body: { name: 'set', use_privacy_mode: true } });
    await append(made.body.dataset_id, refs);
    return made.body.dataset_id;
  };
  const five = () => aDataset(['a', 'b', 'c', 'd', 'e']);
  const refsOf = async (slice: string): Promise<string[]> =>
    (await call(`nucleus/slice/${slice}/itemsPage`, { body: { pageToken: null, pageSize: 100 } })).body.items.map(
      (item: { ref_id: string }) => item.ref_id,
    );
  const found = async (dataset: string, query: string): Promise<string[]> => {
    const answer = await call(`insights/${dataset}/tiles`, { body: { offset: 0, limit: 100, query } });
    return answer.body.tiles?.map((tile: { ref: string }) => tile.ref) ?? answer.body;
  };
  const aQuerySlice = async (dataset: string, query: string, live: boolean): Promise<string> => {
    const made = await call(`datasets/${dataset}/slices`, { body: { name: 'of a query', query, live } });
    await eventually('the slice to be filled', 20_000, async () =>
      (await call(`nucleus/slice/${made.body.slice_id}/info`)).body.pending_job_count === 0 ? true : undefined,
    );
    return made.body.slice_id;
  };
  const tag = (dataset: string, body: object) => call(`datasets/${dataset}/tag-changes`, { body });

  test('a live slice follows its query and a frozen one keeps what met it', async () => {
    const dataset = await five();
    const live = await aQuerySlice(dataset, 'at >= 3', true);
    const frozen = await aQuerySlice(dataset, 'at >= 3', false);
    expect([await refsOf(live), await refsOf(frozen)]).toEqual([
      ['d', 'e'],
      ['d', 'e'],
    ]);
    await append(dataset, ['f'], 5);
    expect([await refsOf(live), await refsOf(frozen)]).toEqual([
      ['d', 'e', 'f'],
      ['d', 'e'],
    ]);
    const page = await call(`nucleus/slice/${live}/itemsPage`, { body: { pageToken: null, pageSize: 2 } });
    const rest = await call(`nucleus/slice/${live}/itemsPage`, {
      body: { pageToken: page.body.nextPageToken, pageSize: 2 },
    });
    expect([page.body.items.length, rest.body.items.length, rest.body.nextPageToken]).toEqual([2, 1, null]);
    const { slices } = (await call(`datasets/${dataset}/slices`)).body;
    expect(slices.map((slice: any) => [slice.slice_id, slice.query, slice.length])).toEqual(
      expect.arrayContaining([
        [live, 'at >= 3', 3],
        [frozen, null, 2],
      ]),
    );
  });

  test('slices combine in queries, live ones too, and a difference can be frozen', async () => {
    const dataset = await five();
    const high = await aQuerySlice(dataset, 'at >= 2', true);
    const even = await aQuerySlice(dataset, 'at % 2 = 0', false);
    expect(await found(dataset, `slice = ${high} AND slice = ${even}`)).toEqual(['c', 'e']);
    expect(await found(dataset, `slice IN (${high}, ${even})`)).toEqual(['a', 'c', 'd', 'e']);
    expect(await found(dataset, `slice != ${high}`)).toEqual(['a', 'b']);
    const only = await aQuerySlice(dataset, `slice = ${high} AND NOT slice = ${even}`, false);
    expect(await refsOf(only)).toEqual(['d']);
    const nested = await aQuerySlice(dataset, `slice = ${high} AND at < 4`, true);
    expect(await refsOf(nested)).toEqual(['c', 'd']);
    await call(`nucleus/slice/${high}`, { method: 'DELETE', body: {} });
    expect((await call(`nucleus/slice/${nested}`)).status).toBe(400);
    const view = (await call(`datasets/${dataset}/slices`)).body.slices.find((each: any) => each.slice_id === nested);
    expect(view.length).toBeNull();
  });

  test('a query that is none is refused with its position, and makes no slice', async () => {
    const dataset = await five();
    const answer = await call(`datasets/${dataset}/slices`, { body: { name: 'x', query: 'att > 3', live: true } });
    expect([answer.status, answer.body.at]).toEqual([400, { start: 0, end: 3 }]);
    expect((await call(`datasets/${dataset}/slices`)).body.slices).toEqual([]);
  });

  test('members leave, come back, and a live slice takes no members by hand', async () => {
    const dataset = await five();
    const slice = await aQuerySlice(dataset, '', false);
    const remove = (refs: string[]) => call(`slices/${slice}/remove`, { body: { reference_ids: refs } });
    expect((await remove(['b', 'ghost', 'd'])).body.removed).toEqual(['b', 'd']);
    expect((await remove(['b'])).body.removed).toEqual([]);
    expect(await refsOf(slice)).toEqual(['a', 'c', 'e']);
    expect(await found(dataset, `slice = ${slice}`)).toEqual(['a', 'c', 'e']);
    const again = await call(`nucleus/slice/${slice}/append`, { body: { reference_ids: ['b', 'a'] } });
    expect(again.body.new_items).toEqual(['b']);
    expect(await found(dataset, `slice = ${slice}`)).toEqual(['a', 'b', 'c', 'e']);
    await call(`slices/${slice}/fill`, { body: { query: 'at = 3' } });
    await eventually('the fill', 20_000, async () => ((await refsOf(slice)).length === 5 ? true : undefined));
    const live = await aQuerySlice(dataset, 'at = 1', true);
    expect((await call(`nucleus/slice/${live}/append`, { body: { reference_ids: ['a'] } })).status).toBe(400);
    expect((await call(`slices/${live}/remove`, { body: { reference_ids: ['b'] } })).status).toBe(400);
    expect((await call(`slices/${live}/fill`, { body: { query: 'at = 2' } })).status).toBe(400);
  });

  test('a slice is renamed and described, and keeps what is not said', async () => {
    const slice = await aQuerySlice(await five(), '', false);
    const put = (body: object) => call(`slices/${slice}`, { method: 'PUT', body });
    expect((await put({ name: 'new', description: 'why' })).body).toMatchObject({ name: 'new', description: 'why' });
    expect((await put({ description: null })).body).toMatchObject({ name: 'new', description: null });
    expect((await put({ name: ' ' })).status).toBe(400);
  });

  test('tags are put on and taken off by name and by query, are counted, and are found', async () => {
    const dataset = await five();
    const first = await tag(dataset, { items: { reference_ids: ['a', 'b'] }, add: ['crack', 'to do'] });
    expect(first.body).toMatchObject({ changed: 4, undo_until_ms: nowMs + tenMinutesMs });
    expect((await tag(dataset, { items: { query: 'at <= 2' }, add: ['crack'] })).body.changed).toBe(1);
    expect(await found(dataset, 'tag = crack')).toEqual(['a', 'b', 'c']);
    expect(await found(dataset, 'tag = "to do" AND at > 0')).toEqual(['b']);
    expect(await found(dataset, 'NOT tag IN (crack, "to do")')).toEqual(['d', 'e']);
    expect(await found(dataset, 'tag IS MISSING')).toEqual(['d', 'e']);
    const counts = await call(`insights/${dataset}/tags`, { body: { query: 'at > 0' } });
    expect(counts.body).toMatchObject({
      tags: [
        { tag: 'crack', count: 2 },
        { tag: 'to do', count: 1 },
      ],
      untagged: 2,
    });
    const tiles = (await call(`insights/${dataset}/tiles`, { body: { offset: 0, limit: 9 } })).body.tiles;
    expect(tiles.map((tile: any) => tile.t)).toEqual([
      ['crack', 'to do'],
      ['crack', 'to do'],
      ['crack'],
      undefined,
      undefined,
    ]);
    expect((await tag(dataset, { items: { query: '' }, remove: ['to do'] })).body.changed).toBe(2);
    expect(await found(dataset, 'tag = "to do"')).toEqual([]);
    expect((await found(dataset, 'tag = crake')) as any).toMatchObject({ at: { start: 6, end: 11 } });
    const options = async (query: string) =>
      (await call(`insights/${dataset}/complete`, { body: { query, caret: query.length } })).body.options;
    expect((await options('ta')).map(({ label }: any) => label)).toContain('tag');
    expect((await options('tag = ')).map(({ insert }: any) => insert)).toEqual(['crack ', '"to do" ']);
    expect((await call(`datasets/${dataset}/slices`)).body.slices).toEqual([]);
    expect((await call(`nucleus/dataset/${dataset}/info`)).body.slice_ids).toEqual([]);
  });

  test('an unknown item refuses the whole change, and a tag cannot go on and off at once', async () => {
    const dataset = await five();
    expect((await tag(dataset, { items: { reference_ids: ['a', 'ghost'] }, add: ['x'] })).body.code).toBe(
      'item-not-found',
    );
    expect((await tag(dataset, { items: { query: '' }, add: ['x'], remove: ['x'] })).status).toBe(400);
    expect((await tag(dataset, { items: { query: '' }, add: [' outer'] })).status).toBe(400);
    expect((await call(`insights/${dataset}/tags`, { body: {} })).body.tags).toEqual([]);
  });

  test('a change is undone exactly, once, within ten minutes, without what was touched since', async () => {
    const dataset = await five();
    await tag(dataset, { items: { reference_ids: ['a'] }, add: ['x'] });
    const change = (await tag(dataset, { items: { query: '' }, add: ['x'] })).body;
    expect(change.changed).toBe(4);
    await tag(dataset, { items: { reference_ids: ['b'] }, remove: ['x'] });
    await tag(dataset, { items: { reference_ids: ['b'] }, add: ['x'] });
    const undo = (id: string, path = dataset) => call(`datasets/${path}/tag-changes/${id}`, { method: 'DELETE' });
    expect((await undo(change.change_id, await five())).body.code).toBe('tag-change-not-found');
    expect((await undo(change.change_id)).body).toEqual({ undone: 3 });
    expect(await found(dataset, 'tag = x')).toEqual(['a', 'b']);
    expect((await undo(change.change_id)).body.code).toBe('tag-change-not-found');
    const late = (await tag(dataset, { items: { query: '' }, remove: ['x'] })).body;
    nowMs += tenMinutesMs + 1;
    expect((await undo(late.change_id)).body.code).toBe('tag-change-not-found');
    expect(await found(dataset, 'tag = x')).toEqual([]);
  });

  test('a deleted item leaves its tags and slices, and a projection built anew knows them all', async () => {
    const dataset = await five();
    await tag(dataset, { items: { reference_ids: ['a', 'b'] }, add: ['x'] });
    await tag(dataset, { items: { reference_ids: ['a'] }, remove: ['x'] });
    const live = await aQuerySlice(dataset, 'tag = x', true);
    await call(`nucleus/dataset/${dataset}/refloc/b`, { method: 'DELETE', body: {} });
    expect(await refsOf(live)).toEqual([]);
    await append(dataset, ['z']);
    await tag(dataset, { items: { reference_ids: ['z'] }, add: ['x'] });
    const { rm } = await import('node:fs/promises');
    await cloud.restart(() => rm(`${cloud.data}/cloud/search`, { recursive: true, force: true }));
    expect(await refsOf(live)).toEqual(['z']);
    expect(await found(dataset, `slice = ${live}`)).toEqual(['z']);
  });
});
