/** Exports and taxonomies as the Python client reads them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

const labelLists = { box: [], line: [], polygon: [], keypoints: [], cuboid: [], category: [], multicategory: [] };

onEachDatabase('exports', (open) => {
  let cloud: ACloud;
  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
  });
  afterAll(() => cloud.close());

  const call = (route: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${cloud.url}/v1/nucleus/${route}`, { key: cloud.adminKey, ...options });
  const aDataset = async (items: readonly object[], over: object = {}): Promise<string> => {
    const id = (await call('dataset/create', { body: { name: 'set', use_privacy_mode: true, ...over } })).body
      .dataset_id;
    const answer = await call(`dataset/${id}/append`, { body: { items } });
    expect(answer.body.new_items).toBe(items.length);
    return id;
  };
  const five = ['a', 'b', 'c', 'd', 'e'].map((ref, at) => ({
    reference_id: ref,
    image_url: `https://x.test/${ref}`,
    width: 8,
    height: 6,
    metadata: { at, half: 0.5 },
  }));

  test('every row has the item and all seven lists, empty ones too', async () => {
    const dataset = await aDataset(five);
    const item = (await call(`dataset/${dataset}/refloc/b`)).body.item;
    const { exportedRows } = (await call(`dataset/${dataset}/exportForTraining`)).body;
    expect(exportedRows).toHaveLength(5);
    expect(exportedRows[1]).toEqual({ item, ...labelLists, segmentation: null });
    expect(item).toMatchObject({ ref_id: 'b', reference_id: 'b' });
    const slice = (await call(`dataset/${dataset}/create_slice`, { body: { name: 's', reference_ids: ['b'] } })).body;
    expect((await call(`slice/${slice.slice_id}/exportForTraining`)).body).toEqual({ exportedRows: [exportedRows[1]] });
    expect((await call(`slice/${slice.slice_id}/export_raw_json`)).body).toEqual([{ item }]);
    expect((await call(`slice/${slice.slice_id}/class_labels`)).body).toEqual({ data: [] });
    expect((await call(`dataset/${dataset}/class_labels`)).body).toEqual({ data: [] });
  });

  test('pages of datasets, queries and slices end with null and hold every row once', async () => {
    const dataset = await aDataset(five);
    const all = { name: 's', reference_ids: five.map((item) => item.reference_id) };
    const slice = (await call(`dataset/${dataset}/create_slice`, { body: all })).body.slice_id;
    const read = async (route: string, over: object) => {
      const seen: string[] = [];
      let pageToken: string | null = null;
      do {
        const { body }: any = await call(route, { body: { pageToken, pageSize: 2, ...over } });
        expect(body).toHaveProperty('nextPageToken');
        seen.push(...body.data.map((row: any) => row.item.ref_id));
        pageToken = body.nextPageToken;
      } while (pageToken !== null);
      return seen.join('');
    };
    const ofDataset = `dataset/${dataset}/exportForTrainingPage`;
    expect(await read(ofDataset, { query: null, chip: false, onlyMostRecentTask: true })).toBe('abcde');
    expect(await read(ofDataset, { query: 'at >= 2' })).toBe('cde');
    expect(await read(`slice/${slice}/exportForTrainingPage`, { chip: false })).toBe('abcde');
    expect((await call(ofDataset, { body: { query: 'at >' } })).status).toBe(400);
  });

  test('a privacy-mode export names the agent’s address only, and nothing is fetched', async () => {
    let asked = 0;
    const agent = createServer((_, response) => {
      asked += 1;
      response.end();
    });
    await new Promise<void>((resolve) => agent.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(agent.address() as AddressInfo).port}/assets/main/a.jpg`;
    try {
      const item = { reference_id: 'a.jpg', image_url: address, width: 4, height: 3, metadata: { k: 1 } };
      const dataset = await aDataset([item], { use_privacy_mode: true });
      const made = await call(`dataset/${dataset}/create_slice`, { body: { name: 's', reference_ids: ['a.jpg'] } });
      const slice = made.body.slice_id;
      const { id } = (await call(`dataset/${dataset}/iloc/0`)).body.item;
      expect((await call(`slice/${slice}/exportRawItems`)).body).toEqual({
        raw_dataset_items: [{ id, ref_id: 'a.jpg', metadata: { k: 1 }, original_url: address, scale_url: address }],
      });
      const page = await call(`slice/${slice}/exportForTrainingPage`, { body: { pageToken: null, chip: true } });
      expect(page.body.data[0].item.processed_url).toBe(address);
      expect(asked).toBe(0);
    } finally {
      agent.close();
    }
  });

  test('exports need the scope of exports', async () => {
    const dataset = await aDataset(five);
    const url = `${cloud.url}/v1/nucleus/dataset/${dataset}/exportForTraining`;
    expect((await send(url, { key: await cloud.makeKey({ scopes: ['export'] }) })).status).toBe(200);
    expect((await send(url, { key: await cloud.makeKey({ scopes: ['read'] }) })).status).toBe(403);
  });

  test('taxonomies are created, kept, widened and deleted with the words the client compares', async () => {
    const dataset = await aDataset([]);
    const add = async (over: object) =>
      (
        await call(`dataset/${dataset}/add_taxonomy`, {
          body: { taxonomy_name: 'my kinds', type: 'category', labels: ['a'], update: false, ...over },
        })
      ).body;
    expect(await add({})).toEqual({ dataset_id: dataset, taxonomy_name: 'my kinds', status: 'Taxonomy created' });
    expect((await add({ labels: ['b'] })).status).toBe('Taxonomy already exists');
    expect((await add({ labels: ['b'], update: true })).status).toBe('Taxonomy updated');
    expect(await add({ type: 'multicategory', update: true })).toHaveProperty('error');
    const remove = () => call(`dataset/${dataset}/taxonomy/my%20kinds`, { method: 'DELETE', body: {} });
    expect((await remove()).body).toEqual({
      dataset_id: dataset,
      taxonomy_name: 'my kinds',
      status: 'Taxonomy successfully deleted',
    });
    expect((await remove()).headers.get('x-error-code')).toBe('taxonomy-not-found');
    expect((await add({})).status).toBe('Taxonomy created');
  });
});
