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

  const nasty = {
    reference_id: '=cmd|/c calc',
    image_url: 'https://x.test/a,b',
    width: 4,
    height: 3,
    metadata: { note: 'say "hi",\r\nbye', minus: -2.5, plus: '+1', nested: { a: [1] }, flag: true },
  };
  const download = (dataset: string, format: string, query = '') =>
    send(`${cloud.url}/v1/exports/${dataset}/${format}${query}`, { key: cloud.adminKey });

  test('a CSV has CRLF, quoted texts, no formula, numbers as they are and nothing lost', async () => {
    const plain = { reference_id: 'plain', image_url: 'https://x.test/p', width: 2, height: 1, metadata: {} };
    const dataset = await aDataset([nasty, plain]);
    const answer = await download(dataset, 'csv');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${dataset}.csv"`);
    const [first, second] = (await call(`dataset/${dataset}/datasetItems`)).body.dataset_items;
    expect(answer.text).toBe(
      [
        '"reference_id","item_id","image_url","width","height","phash","metadata.flag","metadata.minus","metadata.note","metadata.plus","metadata_json"',
        `"'=cmd|/c calc","${first.id}","https://x.test/a,b",4,3,,true,-2.5,"say ""hi"",\r\nbye","'+1","{""nested"":{""a"":[1]}}"`,
        `"plain","${second.id}","https://x.test/p",2,1,,,,,,`,
        '',
      ].join('\r\n'),
    );
  });

  test('JSON Lines and COCO hold every item that meets the query, over many pieces', async () => {
    const many = Array.from({ length: 4500 }, (_, at) => ({
      reference_id: `r${at}`,
      image_url: `https://x.test/${at}`,
      width: 2,
      height: 1,
      metadata: { at },
    }));
    const dataset = await aDataset(many);
    const lines = (await download(dataset, 'jsonl')).text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).ref_id)).toEqual(many.map((item) => item.reference_id));
    expect(JSON.parse(lines[7] as string)).toEqual((await call(`dataset/${dataset}/refloc/r7`)).body.item);
    const coco = (await download(dataset, 'coco', '?query=at%20%3E%3D%20400')).body;
    expect(coco.images).toHaveLength(4100);
    expect(coco.images[4099]).toMatchObject({
      id: 4100,
      file_name: 'r4499',
      width: 2,
      height: 1,
      metadata: { at: 4499 },
    });
    expect(coco).toMatchObject({ info: { description: 'set' }, annotations: [], categories: [] });
    const none = await aDataset([]);
    expect((await download(none, 'coco')).body.images).toEqual([]);
    expect((await download(none, 'jsonl')).text).toBe('');
    expect((await download(none, 'csv')).text).toMatch(/^"reference_id".*\r\n$/);
  });

  test('COCO has the boxes, polygons and key points of the items that meet the query', async () => {
    const dataset = await aDataset(five);
    const common = { label: 'car', annotation_id: '1' };
    const box = { ...common, type: 'box', geometry: { x: 1, y: 2, width: 3, height: 4 } };
    const corners = [[0, 0], [4, 0], [4, 6]].map(([x, y]) => ({ x, y })); // biome-ignore format: short
    const points = [
      { x: 1, y: 1, visible: true },
      { x: 3, y: 5, visible: false },
      { x: null, y: null, visible: false },
    ];
    const annotations = [
      { ...box, reference_id: 'b' },
      { ...box, reference_id: 'd', label: 'big truck' },
      { ...common, type: 'polygon', reference_id: 'd', annotation_id: 'p', geometry: { vertices: corners } },
      {
        ...common,
        type: 'keypoints',
        reference_id: 'e',
        label: 'person',
        geometry: { keypoints: points, names: ['head', 'foot', 'hand'], skeleton: [[0, 1]] },
      },
      { type: 'category', reference_id: 'e', label: 'street' },
    ];
    await call(`dataset/${dataset}/annotate`, { body: { annotations } });
    const coco = (await download(dataset, 'coco', '?query=at%20%3E%200')).body;
    expect(coco.images.map((image: any) => [image.id, image.file_name])).toEqual([
      [1, 'b'],
      [2, 'c'],
      [3, 'd'],
      [4, 'e'],
    ]);
    expect(coco.categories).toEqual([
      { id: 1, name: 'car' },
      { id: 2, name: 'big truck' },
      { id: 3, name: 'person', keypoints: ['head', 'foot', 'hand'], skeleton: [[1, 2]] },
    ]);
    const of = (id: number, image_id: number, category_id: number, annotation_id = '1') => ({
      id,
      image_id,
      category_id,
      annotation_id,
      iscrowd: 0,
      attributes: {},
      label_id: expect.stringMatching(/^ann_/),
    });
    const boxed = { bbox: [1, 2, 3, 4], area: 12, segmentation: [] };
    expect(coco.annotations).toEqual([
      { ...of(1, 1, 1), ...boxed },
      { ...of(2, 3, 2), ...boxed },
      { ...of(3, 3, 1, 'p'), bbox: [0, 0, 4, 6], area: 12, segmentation: [[0, 0, 4, 0, 4, 6]] },
      {
        ...of(4, 4, 3),
        bbox: [1, 1, 2, 4],
        area: 8,
        segmentation: [],
        keypoints: [1, 1, 2, 3, 5, 1, 0, 0, 0],
        num_keypoints: 2,
      },
    ]);
    expect(coco.left_out).toEqual({ category: 1 });
  });

  test('what is wrong with a download is said before it begins', async () => {
    const dataset = await aDataset(five);
    expect((await download('ds_none', 'csv')).body.code).toBe('dataset-not-found');
    expect((await download(dataset, 'xls')).status).toBe(400);
    for (const format of ['csv', 'jsonl', 'coco']) {
      const answer = await download(dataset, format, '?query=ghost%20%3D%201');
      expect([answer.status, answer.body.code], format).toEqual([400, 'invalid-request']);
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
