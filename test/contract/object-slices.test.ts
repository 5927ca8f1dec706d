/** Slices of labels: annotations and predictions as members, with the items that they are on. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

onEachDatabase('slices of objects', (open) => {
  let cloud: ACloud;
  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
  });
  afterAll(() => cloud.close());

  const call = (route: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${cloud.url}/v1/nucleus/${route}`, { key: cloud.adminKey, ...options });
  const box = (reference_id: string, label: string, annotation_id = label) => ({
    reference_id,
    annotation_id,
    type: 'box',
    label,
    geometry: { x: 1, y: 2, width: 3, height: 4 },
  });
  const sky = { reference_id: 'a', type: 'category', label: 'sky' };

  /** Three items with a car each, a category on the first and a prediction on the second. */
  const aLabelled = async () => {
    const id = (await call('dataset/create', { body: { name: 'set', use_privacy_mode: true } })).body.dataset_id;
    const items = ['a', 'b/c', 'd'].map((reference_id) => ({
      reference_id,
      image_url: 'https://x.test/a',
      width: 8,
      height: 8,
    }));
    await call(`dataset/${id}/append`, { body: { items } });
    const rows = [box('a', 'car'), box('a', 'bus'), box('b/c', 'car'), box('d', 'car'), sky];
    await call(`dataset/${id}/annotate`, { body: { annotations: rows } });
    const reference_id = randomBytes(4).toString('hex');
    const model = (await call('models/add', { body: { name: 'm', reference_id } })).body.model_id;
    const predictions = { annotations: [box('b/c', 'tram'), box('b/c', 'lorry')] };
    const run = (await call(`dataset/${id}/model/${model}/uploadPredictions`, { body: predictions })).body.model_run_id;
    const annotation = async (ref: string, name: string) =>
      (await call(`dataset/${id}/groundTruth/loc/${ref}/${name}`)).body;
    return { id, model, run, annotation, tram: (await call(`modelRun/${run}/prediction/loc/b/c/tram`)).body };
  };
  const create = (id: string, object_ids: string[]) =>
    call(`dataset/${id}/create_slice`, {
      body: { name: 'objects', dataset_item_ids: null, scene_ids: null, object_ids },
    });

  test('hold what they name, whole, and every reader of slices reads that and no more', async () => {
    const { id, model, annotation, tram } = await aLabelled();
    const [bus, car] = [await annotation('a', 'bus'), await annotation('d', 'car')];
    const made = await create(id, [car.id, tram.id, bus.id, bus.id]);
    expect(made.text).toMatch(/^\{"slice_id":"slc_[a-z0-9]{20}"\}$/);
    const slice = made.body.slice_id;
    expect((await call(`slice/${slice}/info`)).body).toMatchObject({ type: 'object', dataset_id: id });
    expect((await call(`dataset/${id}/slices?type=SliceType.OBJECT`)).body.map((each: any) => each.id)).toEqual([
      slice,
    ]);
    expect((await call(`slice/${slice}`)).body).toMatchObject({ slice_id: slice, items: [bus, tram, car] });
    const item = async (ref: string) => (await call(`dataset/${id}/refloc/${encodeURIComponent(ref)}`)).body.item;
    const [a, b, d] = [await item('a'), await item('b/c'), await item('d')];
    expect((await call(`slice/${slice}/export_raw_json`)).body).toEqual([
      { item: a, annotation: bus },
      { item: b, prediction: tram },
      { item: d, annotation: car },
    ]);
    const boxes = ({ exportedRows }: any) => exportedRows.map((row: any) => [row.item.ref_id, row.box, row.category]);
    expect(boxes((await call(`slice/${slice}/exportForTraining`)).body)).toEqual([
      ['a', [bus], []],
      ['b/c', [], []],
      ['d', [car], []],
    ]);
    const page = (await call(`slice/${slice}/exportForTrainingPage`, { body: { pageSize: 1, chip: false } })).body;
    expect(boxes({ exportedRows: page.data })).toEqual([['a', [bus], []]]);
    expect(boxes((await call(`slice/${slice}/${model}/exportForTraining`)).body)[1]).toEqual(['b/c', [tram], []]);
    expect((await call(`slice/${slice}/class_labels`)).body).toEqual({ data: ['bus', 'car', 'tram'] });
    const query = { body: { pageSize: 9, query: `slice = "${slice}"` } };
    expect((await call(`dataset/${id}/queryItemsPage`, query)).body.items).toEqual([a, b, d]);
  });

  test('lose what is deleted, with its label, its item or its run, and take no reference ids', async () => {
    const { id, run, annotation, tram } = await aLabelled();
    const [bus, car, other] = [
      await annotation('a', 'bus'),
      await annotation('d', 'car'),
      await annotation('a', 'car'),
    ];
    const slice = (await create(id, [bus.id, car.id, other.id, tram.id])).body.slice_id;
    const left = async () => (await call(`slice/${slice}`)).body.items.map(({ label }: any) => label);
    expect(await left()).toEqual(expect.arrayContaining(['bus', 'car', 'car', 'tram']));
    await call(`dataset/${id}/refloc/d`, { method: 'DELETE', body: {} });
    await call(`modelRun/${run}`, { method: 'DELETE', body: {} });
    expect((await left()).toSorted()).toEqual(['bus', 'car']);
    const named = { body: { reference_ids: ['b/c'], dataset_id: id } };
    expect((await call(`slice/${slice}/append`, named)).status).toBe(400);
    await send(`${cloud.url}/v1/slices/${slice}/remove`, { key: cloud.adminKey, body: { reference_ids: ['a'] } });
    expect((await call(`slice/${slice}`, { method: 'DELETE', body: {} })).status).toBe(200);
    expect((await call(`slice/${slice}`)).status).toBe(404);
  });

  test('are not made of what is not there, another dataset’s or another tenant’s', async () => {
    const [one, two] = [await aLabelled(), await aLabelled()];
    const own = (await one.annotation('a', 'bus')).id;
    for (const id of ['ann_none', 'pred_none', 'car', `ann_${'0'.repeat(20)}`, (await two.annotation('a', 'bus')).id]) {
      const refused = await create(one.id, [own, id]);
      expect([refused.status, refused.body.error]).toEqual([404, `This dataset does not hold the object ${id}.`]);
    }
    expect((await call(`dataset/${one.id}/slices`)).body).toEqual([]);
    const key = await cloud.makeKey({ tenant: 'somebody-else' });
    expect((await call(`dataset/${one.id}/create_slice`, { key, body: { name: 'x', object_ids: [own] } })).status).toBe(
      404,
    );
  });
});
