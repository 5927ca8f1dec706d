/** The requests that the Python client of Nucleus sends, byte for byte where it matters, and what it needs back. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

onEachDatabase('the Nucleus routes', (open) => {
  let cloud: ACloud;
  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
  });
  afterAll(() => cloud.close());

  const call = (route: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${cloud.url}/v1/nucleus/${route}`, { key: cloud.adminKey, ...options });
  const aDataset = async (over: object = {}): Promise<string> => {
    const body = {
      name: 'set',
      is_scene: false,
      // Addresses here lead nowhere, and in this mode none is requested; fetching has tests of its own.
      use_privacy_mode: true,
      annotation_metadata_schema: null,
      item_metadata_schema: null,
      ...over,
    };
    return (await call('dataset/create', { body })).body.dataset_id;
  };
  const anItem = (ref: string, over: object = {}) => ({
    reference_id: ref,
    image_url: `https://images.test/${ref}.jpg`,
    width: 8,
    height: 6,
    metadata: {},
    ...over,
  });

  test('a new dataset has the id, name and flags that it was made with', async () => {
    const id = await aDataset({ name: 'a name of two', use_privacy_mode: true });
    expect(id).toMatch(/^ds_[a-z0-9]{20}$/);
    expect((await call(`dataset/${id}/name`)).text).toBe('{"name":"a name of two"}');
    expect((await call(`dataset/${id}/use_privacy_mode`)).body).toEqual({ use_privacy_mode: true });
    expect((await call(`dataset/${id}/is_scene`)).body).toEqual({ is_scene: false });
    expect((await call(`dataset/${id}/size`)).body).toEqual({ count: 0 });
    expect((await call('dataset/details')).body).toContainEqual({ id, name: 'a name of two', is_public: false });
  });

  test('two datasets may have one name', async () => {
    const [one, two] = [await aDataset({ name: 'twin' }), await aDataset({ name: 'twin' })];
    expect(one).not.toBe(two);
    const named = (await call('dataset/details')).body.filter(({ name }: { name: string }) => name === 'twin');
    expect(named).toHaveLength(2);
  });

  test('info holds every key that the client reads, and schemas as they were given', async () => {
    const schema = { weather: { type: 'category', choices: ['sun', 'rain'], description: 'of the day' } };
    const id = await aDataset({ item_metadata_schema: schema });
    expect((await call(`dataset/${id}/info`)).body).toEqual({
      dataset_id: id,
      name: 'set',
      length: 0,
      model_run_ids: [],
      slice_ids: [],
      annotation_metadata_schema: null,
      item_metadata_schema: schema,
      tags: [],
    });
  });

  test.each(['dataset/', 'dataset', 'dataset/?', 'dataset/details', 'dataset/details/', 'dataset/details?a=b&'])(
    'GET %s is answered without a redirect',
    async (route) => {
      const answer = await call(route);
      expect(answer.status).toBe(200);
      expect(Array.isArray(answer.body)).toBe(true);
    },
  );

  test('tags are added twice and removed when absent without an error, and DELETE reads its body', async () => {
    const id = await aDataset();
    await call(`dataset/${id}/tags`, { body: { tags: ['b', 'a'] } });
    expect((await call(`dataset/${id}/tags`, { body: { tags: ['a'] } })).body).toEqual({ tags: ['a', 'b'] });
    const removed = await call(`dataset/${id}/tags`, { method: 'DELETE', body: { tags: ['a', 'never'] } });
    expect(removed.body).toEqual({ tags: ['b'] });
    expect((await call(`dataset/${id}/tags`)).body).toEqual({ tags: ['b'] });
  });

  test('deleting a dataset answers the exact sentence and takes it out of every route', async () => {
    const id = await aDataset();
    await call(`dataset/${id}/append`, { body: { items: [anItem('a')] } });
    const gone = await call(`dataset/${id}`, { method: 'DELETE', body: {} });
    expect(gone.text).toBe('{"message":"Beginning dataset deletion..."}');
    expect((await call(`dataset/${id}/name`)).status).toBe(404);
    expect((await call(`dataset/${id}/refloc/a`)).status).toBe(404);
    expect((await call(`dataset/${id}/append`, { body: { items: [] } })).status).toBe(404);
    expect((await call('dataset/details')).body.map((each: { id: string }) => each.id)).not.toContain(id);
  });

  test('append counts new, ignored and updated items, and update replaces the metadata', async () => {
    const id = await aDataset();
    const first = await call(`dataset/${id}/append`, {
      body: {
        items: [anItem('a', { metadata: { n: 50, f: 0.1, nested: { deep: [1, null, 'x'] } } }), anItem('b')],
        update: false,
      },
    });
    expect(first.body).toEqual({ dataset_id: id, new_items: 2, updated_items: 0, ignored_items: 0, upload_errors: 0 });
    const again = await call(`dataset/${id}/append`, {
      body: { items: [anItem('a', { metadata: { n: 1 } }), anItem('c')] },
    });
    expect(again.body).toMatchObject({ new_items: 1, ignored_items: 1, updated_items: 0 });
    expect((await call(`dataset/${id}/refloc/a`)).body.item.metadata).toEqual({
      n: 50,
      f: 0.1,
      nested: { deep: [1, null, 'x'] },
    });
    const updated = await call(`dataset/${id}/append`, {
      body: { items: [anItem('a', { metadata: { m: 2 } })], update: true },
    });
    expect(updated.body).toMatchObject({ new_items: 0, ignored_items: 0, updated_items: 1 });
    expect((await call(`dataset/${id}/refloc/a`)).body.item.metadata).toEqual({ m: 2 });
    expect((await call(`dataset/${id}/size`)).body).toEqual({ count: 3 });
  });

  test('a reference id that occurs twice in one request is new, then known', async () => {
    const id = await aDataset();
    const items = [anItem('twice', { metadata: { v: 1 } }), anItem('twice', { metadata: { v: 2 } })];
    const kept = await call(`dataset/${id}/append`, { body: { items, update: false } });
    expect(kept.body).toMatchObject({ new_items: 1, ignored_items: 1 });
    const other = await aDataset();
    const replaced = await call(`dataset/${other}/append`, { body: { items, update: true } });
    expect(replaced.body).toMatchObject({ new_items: 1, updated_items: 1 });
    expect((await call(`dataset/${other}/refloc/twice`)).body.item.metadata).toEqual({ v: 2 });
  });

  test('a bad item is its own upload error and the rest goes in', async () => {
    const id = await aDataset();
    const items = [anItem('good'), anItem(''), { image_url: 'https://x.test/a' }, 'no item', anItem('x'.repeat(1025))];
    const answer = await call(`dataset/${id}/append`, { body: { items } });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ new_items: 1, upload_errors: 4 });
    expect(answer.body.error_payload).toHaveLength(4);
    expect(answer.body.error_payload[0].error).toMatch(/^reference_id: /);
    expect((await call(`dataset/${id}/size`)).body).toEqual({ count: 1 });
  });

  test('a privacy-mode dataset needs width and height of every item and fetches nothing', async () => {
    const id = await aDataset({ use_privacy_mode: true });
    const items = [
      anItem('sized', { width: 4, height: 3, image_url: 'http://10.9.9.9:1/never' }),
      anItem('bare', { width: undefined, height: undefined }),
      anItem('half', { width: 4, height: undefined }),
    ];
    const answer = await call(`dataset/${id}/append`, { body: { items } });
    expect(answer.body).toMatchObject({ new_items: 1, upload_errors: 2 });
    expect((await call(`dataset/${id}/refloc/sized`)).body.item).toMatchObject({
      width: 4,
      height: 3,
      image_url: 'http://10.9.9.9:1/never',
    });
  });

  test('a metadata field keeps the type of its first value', async () => {
    const id = await aDataset();
    await call(`dataset/${id}/append`, { body: { items: [anItem('a', { metadata: { temperature: 20 } })] } });
    const items = [anItem('b', { metadata: { temperature: 'hot' } }), anItem('c', { metadata: { temperature: 1.5 } })];
    const answer = await call(`dataset/${id}/append`, { body: { items } });
    const error = expect.stringContaining('holds numbers in this dataset, and what was sent is text');
    expect(answer.body).toMatchObject({ new_items: 1, upload_errors: 1, error_payload: [{ error }] });
  });

  test('scenes and items do not mix', async () => {
    const id = await aDataset({ is_scene: true });
    const answer = await call(`dataset/${id}/append`, { body: { items: [anItem('a')] } });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('x-error-code')).toBe('dataset-holds-scenes');
  });

  test('GET with a JSON content type and an empty body, or {}, is answered', async () => {
    const id = await aDataset();
    expect((await call(`dataset/${id}/datasetItems`)).body).toEqual({ dataset_items: [] });
    expect((await call(`dataset/${id}/size/`)).body).toEqual({ count: 0 });
  });

  test.each(['test/reference/id', 'with space', 'ünï/çødé ☃', 'a%2Fb', '100%', 'x?y=z&#1', '../..', 'a;b'])(
    'the item %j is found by its completely encoded reference id and by nothing else',
    async (ref) => {
      const id = await aDataset();
      await call(`dataset/${id}/append`, {
        body: { items: [anItem(ref, { image_url: 'https://a.test/?x=1&y=%2F' })] },
      });
      const answer = await call(`dataset/${id}/refloc/${encodeURIComponent(ref)}`);
      expect(answer.body.item).toMatchObject({
        reference_id: ref,
        ref_id: ref,
        image_url: 'https://a.test/?x=1&y=%2F',
      });
      expect(answer.body.annotations).toEqual({});
      expect((await call(`dataset/${id}/refloc/${encodeURIComponent(`${ref} `)}`)).status).toBe(404);
    },
  );

  test('one item reads the same by place, reference, id, page and list', async () => {
    const id = await aDataset();
    await call(`dataset/${id}/append`, {
      body: { items: [anItem('first'), anItem('second', { width: 2, height: 1, metadata: { k: 'v' } })] },
    });
    const byRef = (await call(`dataset/${id}/refloc/second`)).body;
    expect(byRef.item.id).toMatch(/^di_[a-z0-9]{20}$/);
    expect((await call(`dataset/${id}/iloc/1`)).body).toEqual(byRef);
    expect((await call(`dataset/${id}/loc/${byRef.item.id}`)).body).toEqual(byRef);
    expect((await call(`dataset/${id}/datasetItems`)).body.dataset_items[1]).toEqual(byRef.item);
    const page = (await call(`dataset/${id}/itemsPage`, { body: { pageToken: null, pageSize: 100000 } })).body;
    expect(page).toEqual({ items: [(await call(`dataset/${id}/iloc/0`)).body.item, byRef.item], nextPageToken: null });
    expect((await call(`dataset/${id}/iloc/2`)).status).toBe(404);
  });

  test('pages drop and repeat nothing, whatever is added and deleted between them', async () => {
    const id = await aDataset();
    const refs = Array.from({ length: 25 }, (_, at) => `item-${String(at).padStart(2, '0')}`);
    await call(`dataset/${id}/append`, { body: { items: refs.map((ref) => anItem(ref)) } });
    const seen: string[] = [];
    let token: string | null = null;
    do {
      const page: { items: { reference_id: string }[]; nextPageToken: string | null } = (
        await call(`dataset/${id}/itemsPage`, { body: { pageToken: token, pageSize: 4 } })
      ).body;
      seen.push(...page.items.map((item: { reference_id: string }) => item.reference_id));
      token = page.nextPageToken;
      if (seen.length === 8) await call(`dataset/${id}/refloc/item-03`, { method: 'DELETE', body: {} });
      if (seen.length === 12) await call(`dataset/${id}/append`, { body: { items: [anItem('late')] } });
    } while (token !== null);
    expect(seen).toEqual([...refs, 'late']);
    expect((await call(`dataset/${id}/itemsPage`, { body: { pageToken: 'mine', pageSize: 4 } })).status).toBe(400);
  });

  test('places close up when items are deleted, and a deleted reference id is new again', async () => {
    const id = await aDataset();
    await call(`dataset/${id}/append`, { body: { items: ['a', 'b', 'c', 'd'].map((ref) => anItem(ref)) } });
    const before = (await call(`dataset/${id}/refloc/b`)).body.item.id;
    await call(`dataset/${id}/refloc/a`, { method: 'DELETE', body: {} });
    await call(`dataset/${id}/refloc/b`, { method: 'DELETE', body: {} });
    expect((await call(`dataset/${id}/refloc/b`, { method: 'DELETE', body: {} })).status).toBe(404);
    expect((await call(`dataset/${id}/append`, { body: { items: [anItem('b')] } })).body.new_items).toBe(1);
    const refs = [];
    for (let place = 0; place < 3; place += 1)
      refs.push((await call(`dataset/${id}/iloc/${place}`)).body.item.reference_id);
    expect(refs).toEqual(['c', 'd', 'b']);
    expect((await call(`dataset/${id}/refloc/b`)).body.item.id).not.toBe(before);
    const tiles = await send(`${cloud.url}/v1/insights/${id}/tiles`, {
      key: cloud.adminKey,
      body: { offset: 1, limit: 5 },
    });
    expect(tiles.body).toMatchObject({ total: 3, tiles: [{ ref: 'd' }, { ref: 'b' }] });
  });

  test.each([
    { raw: '{', why: 'no JSON' },
    { raw: '{"items":[{"reference_id":"a\\u0000b","image_url":"x"}]}', why: 'NUL' },
    { raw: '{"items":[{"reference_id":"a","image_url":"x","metadata":{"m":"\\ud800"}}]}', why: 'a lone surrogate' },
    { raw: new Uint8Array([0x22, 0xff, 0x22]), why: 'no UTF-8' },
    { raw: '{"items":3}', why: 'a field of the wrong type' },
  ])('$why is refused with 400 and exactly one key', async ({ raw }) => {
    const id = await aDataset();
    const answer = await call(`dataset/${id}/append`, { method: 'POST', raw });
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.body)).toEqual(['error']);
    expect(answer.text).not.toContain('": ');
    expect(answer.headers.get('x-error-code')).toMatch(/^invalid-/);
  });

  test('5,000 items go in with one request', async () => {
    const id = await aDataset();
    const items = Array.from({ length: 5000 }, (_, at) => anItem(`bulk/${at}`, { metadata: { at } }));
    expect((await call(`dataset/${id}/append`, { body: { items } })).body.new_items).toBe(5000);
    expect((await call(`dataset/${id}/iloc/4999`)).body.item.metadata).toEqual({ at: 4999 });
    const places = (page: { body: { items: { metadata: { at: number } }[] } }) =>
      page.body.items.map(({ metadata }) => metadata.at);
    const pageOf = (route: string, page: object) => call(`dataset/${id}/${route}`, { body: page });
    for (const route of ['itemsPage', 'queryItemsPage']) {
      const first = await pageOf(route, { pageToken: null, pageSize: 2_500 });
      const rest = await pageOf(route, { pageToken: first.body.nextPageToken, pageSize: 100_000 });
      expect([first, rest].flatMap(places)).toEqual(Array.from({ length: 5000 }, (_, at) => at));
      expect([places(first).length, rest.body.nextPageToken]).toEqual([2_500, null]);
    }
    const all = await call(`dataset/${id}/datasetItems`);
    expect(all.body.dataset_items.map((item: { metadata: { at: number } }) => item.metadata.at)).toEqual(
      Array.from({ length: 5000 }, (_, at) => at),
    );
  });

  test('what was written is there after a restart', async () => {
    const id = await aDataset({ name: 'kept' });
    await call(`dataset/${id}/append`, { body: { items: [anItem('a', { metadata: { v: 1 } })] } });
    const before = (await call(`dataset/${id}/datasetItems`)).text;
    await cloud.restart();
    expect((await call(`dataset/${id}/datasetItems`)).text).toBe(before);
  });
});
