/** Models, their runs and what they predict, as the Python client writes and reads them. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../builders/eventually.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

onEachDatabase('models and predictions', (open) => {
  let cloud: ACloud;
  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
  });
  afterAll(() => cloud.close());

  const call = (route: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${cloud.url}/v1/nucleus/${route}`, { key: cloud.adminKey, ...options });
  const aDataset = async (references: readonly string[]): Promise<string> => {
    const { body } = await call('dataset/create', { body: { name: 'predictions', use_privacy_mode: true } });
    const items = references.map((reference_id) => ({
      reference_id,
      image_url: 'https://pictures.test/a',
      width: 600,
      height: 600,
    }));
    await call(`dataset/${body.dataset_id}/append`, { body: { items } });
    return body.dataset_id;
  };
  const aModel = async (over: object = {}): Promise<{ id: string; reference: string }> => {
    const reference = `model ${randomBytes(4).toString('hex')}`;
    const { body } = await call('models/add', {
      body: { name: 'net', reference_id: reference, metadata: {}, ...over },
    });
    return { id: body.model_id, reference };
  };
  const box = (reference_id: string, annotation_id: string, over: object = {}) => ({
    reference_id,
    annotation_id,
    type: 'box',
    label: 'car',
    geometry: { x: 1, y: 2, width: 30, height: 40 },
    ...over,
  });
  const found = async (id: string, query: string): Promise<string[]> =>
    (await call(`dataset/${id}/queryItemsPage`, { body: { pageSize: 100, query } })).body.items.map(
      (item: { reference_id: string }) => item.reference_id,
    );
  const upload = (id: string, model: string, annotations: object[], over: object = {}) =>
    call(`dataset/${id}/model/${model}/uploadPredictions`, { body: { annotations, update: false, ...over } });

  test('a model keeps what it was given, is made once, and is known by its runs too', async () => {
    const id = await aDataset(['a']);
    const { id: model, reference } = await aModel({ metadata: { lr: 0.1 }, tags: ['v1'] });
    expect(model).toMatch(/^prj_[a-z0-9]{20}$/);
    const again = { name: 'net', reference_id: reference, metadata: { lr: 0.1 } };
    expect((await call('models/add', { body: again })).body).toEqual({ model_id: model });
    expect((await call('models/add', { body: { ...again, name: 'other' } })).status).toBe(409);
    const known = {
      id: model,
      name: 'net',
      ref_id: reference,
      metadata: { lr: 0.1 },
      bundle_name: null,
      tags: ['v1'],
      trained_slice_ids: [],
    };
    expect((await call(`model/${model}`)).body).toEqual(known);
    expect((await call('models/')).body.models).toContainEqual(known);
    const run = { name: 'first', reference_id: reference, metadata: { seed: 7 } };
    const { model_run_id: runId } = (await call(`dataset/${id}/modelRun/create`, { body: run })).body;
    expect((await call(`model/${runId}`)).body).toEqual(known);
    expect((await call(`modelRun/${runId}/info`)).body).toEqual({
      model_id: model,
      name: 'first',
      status: 'completed',
      metadata: { seed: 7 },
    });
    expect((await call(`dataset/${id}/model_runs`)).body).toEqual([runId]);
    expect((await call(`dataset/${id}/info`)).body.model_run_ids).toEqual([runId]);
    const unknown = await call(`dataset/${id}/modelRun/create`, { body: { ...run, reference_id: 'nobody' } });
    expect(unknown.headers.get('x-error-code')).toBe('model-not-found');
  });

  test('tags and trained slices come and go; none of them gone is told in the client’s words', async () => {
    const id = await aDataset(['a']);
    const { id: model } = await aModel();
    expect((await call(`model/${model}/tag`, { body: { tags: ['x', 'y', 'x'] } })).body.tags).toEqual(['x', 'y']);
    const gone = await call(`model/${model}/tag`, { method: 'DELETE', body: { tags: ['z'] } });
    expect([gone.status, gone.text]).toEqual([
      400,
      '{"error":"Deleted 0 tags from model. The specified tag(s) were not found."}',
    ]);
    await call(`model/${model}/tag`, { method: 'DELETE', body: { tags: ['x', 'z'] } });
    const slice = (await call(`dataset/${id}/create_slice`, { body: { name: 's', reference_ids: ['a'] } })).body
      .slice_id;
    const trained = { trained_slice_ids: [slice] };
    expect((await call(`model/${model}/trainedSliceId`, { body: trained })).body).toMatchObject(trained);
    expect((await call(`model/${model}/trainedSliceId`, { body: { trained_slice_ids: ['slc_none'] } })).status).toBe(
      404,
    );
    expect((await call(`model/${model}`)).body).toMatchObject({ tags: ['y'], ...trained });
    await call(`model/${model}/trainedSliceId`, { method: 'DELETE', body: trained });
    expect((await call(`model/${model}`)).body.trained_slice_ids).toEqual([]);
  });

  test('predictions keep a confidence of zero and their distribution, and lack what was not given', async () => {
    const id = await aDataset(['a', 'b/c']);
    const { id: model } = await aModel();
    const sure = box('b/c', 'sure', { confidence: 0, class_pdf: { car: 0.25, bus: 0.75 }, metadata: { n: 50 } });
    const rows = [sure, box('a', 'plain'), { reference_id: 'a', type: 'category', label: 'street', confidence: 1 }];
    const reply = (await upload(id, model, [...rows, box('fake_garbage', 'x')])).body;
    expect(reply).toEqual({
      dataset_id: id,
      model_run_id: expect.stringMatching(/^run_[a-z0-9]{20}$/),
      predictions_processed: 3,
      predictions_ignored: 0,
      errors: ["Item with id fake_garbage doesn't exist."],
    });
    expect((await upload(id, model, rows)).body).toMatchObject({
      model_run_id: reply.model_run_id,
      predictions_ignored: 3,
    });
    const multi = { reference_id: 'a', type: 'multicategory', labels: ['x'] };
    expect((await upload(id, model, [multi])).body.errors).toEqual([
      'Row 0 of item a: type: a prediction is of one category',
    ]);
    const one = {
      id: expect.stringMatching(/^pred_[a-z0-9]{20}$/),
      ...sure,
      task_id: null,
      track_reference_id: null,
      embedding_vector: null,
    };
    const run = `modelRun/${reply.model_run_id}`;
    const byModel = `dataset/${id}/model/${model}`;
    for (const route of [`${run}/refloc/b%2Fc`, `${run}/iloc/1`, `${byModel}/referenceId/b/c`, `${byModel}/iloc/1`]) {
      expect((await call(route)).body, route).toEqual({ annotations: { box: [one] } });
    }
    const { id: itemId } = (await call(`dataset/${id}/refloc/a`)).body.item;
    const ofA = (await call(`${run}/loc/${itemId}`)).body.annotations;
    expect(Object.keys(ofA).toSorted()).toEqual(['box', 'category']);
    expect(ofA.box[0]).not.toHaveProperty('confidence');
    expect((await call(`${run}/prediction/loc/b/c/sure`)).body).toEqual(one);
    expect((await call(`${byModel}/loc/b/c/sure`)).body).toEqual(one);
    const all = (await call(`${run}/ungrouped`)).body;
    expect(all).toEqual({ box: [ofA.box[0], one], category: ofA.category });
    expect((await call(`${byModel}/export`)).body).toEqual(all);
    expect((await call(`dataset/${id}/refloc/a`)).body.annotations).toEqual({});
    const slice = (await call(`dataset/${id}/create_slice`, { body: { name: 's', reference_ids: ['b/c'] } })).body
      .slice_id;
    const { exportedRows } = (await call(`slice/${slice}/${model}/exportForTraining`)).body;
    expect(exportedRows).toEqual([expect.objectContaining({ box: [one], line: [], category: [], segmentation: null })]);
    const page = { body: { pageToken: null, pageSize: 10, chip: false } };
    expect((await call(`slice/${slice}/${model}/exportForTrainingPage`, page)).body).toEqual({
      data: exportedRows,
      nextPageToken: null,
    });
    const points = { body: { pointsSegmentationUrl: 'https://points.test/a.npy' } };
    expect((await call(`${byModel}/pointcloud/a/uploadLSSPrediction`, points)).body.predictions_processed).toBe(1);
    expect((await call(`${run}/refloc/a`)).body.annotations.segmentation[0].mask_url).toBe('https://points.test/a.npy');
  });

  test('a file of predictions becomes a job that tells of unknown items', async () => {
    const id = await aDataset(['a']);
    const { reference } = await aModel();
    const run = { name: 'r', reference_id: reference };
    const { model_run_id: runId } = (await call(`dataset/${id}/modelRun/create`, { body: run })).body;
    const requestId = 'ab'.repeat(16);
    const { signed_url } = (await call(`dataset/${id}/signedUrl/${requestId}`)).body;
    const lines = [box('a', '1'), box('fake_garbage', '2')].map((row) => JSON.stringify(row)).join('\n');
    await send(signed_url, { method: 'PUT', raw: lines, headers: { 'content-type': '' } });
    const head = (await call(`modelRun/${runId}/predict?async=1`, { body: { requestId, update: false } })).body;
    expect(head).toMatchObject({ job_type: 'uploadPredictions', job_last_known_status: 'Running' });
    const end = await eventually('the end of the job', 15_000, async () => {
      const { body } = await call(`job/${head.job_id}`);
      return body.status === 'Running' ? undefined : body;
    });
    expect(end).toMatchObject({
      status: 'Completed',
      message: { prediction_upload: { total: 2, errored: 1, ignored: 0, processed: 1, modelRunId: runId } },
    });
    expect((await call(`modelRun/${runId}/refloc/a`)).body.annotations.box).toHaveLength(1);
  });

  test('queries count predictions of the newest run, or of a named one; a deleted run counts for nothing', async () => {
    const id = await aDataset(['a', 'b', 'c']);
    const { id: model, reference } = await aModel();
    expect((await call(`dataset/${id}/queryItemsPage`, { body: { query: 'predictions.count > 0' } })).status).toBe(400);
    const first = (await upload(id, model, [box('a', '1'), box('a', '2'), box('b', '3', { label: 'bus' })])).body
      .model_run_id;
    expect(await found(id, 'predictions.count > 1')).toEqual(['a']);
    expect(await found(id, 'predictions.bus = 1')).toEqual(['b']);
    expect(await found(id, 'annotations.count = 0')).toEqual(['a', 'b', 'c']);
    const run = { name: 'second', reference_id: reference };
    const second = (await call(`dataset/${id}/modelRun/create`, { body: run })).body.model_run_id;
    expect(await found(id, 'predictions.count > 0')).toEqual([]);
    await call(`modelRun/${second}/predict`, { body: { annotations: [box('c', '1')] } });
    expect(await found(id, 'predictions.car > 0')).toEqual(['c']);
    expect(await found(id, `predictions.${first}.car = 2`)).toEqual(['a']);
    const labels = { model_run_id: first };
    const counted = await send(`${cloud.url}/v1/insights/${id}/labels`, { key: cloud.adminKey, body: labels });
    expect(counted.body.labels.map(({ label, items, count }: any) => [label, items, count])).toEqual([
      ['car', 1, 2],
      ['bus', 1, 1],
    ]);
    await call(`modelRun/${second}`, { method: 'DELETE', body: {} });
    expect((await call(`modelRun/${second}/info`)).status).toBe(404);
    expect(await found(id, 'predictions.car > 0')).toEqual(['a']);
    expect((await call(`model/${model}`, { method: 'DELETE', body: {} })).body).toEqual({
      msg: 'Model deletion running in an async job',
    });
    expect((await call(`model/${model}`)).status).toBe(404);
    expect((await call(`dataset/${id}/model_runs`)).body).toEqual([]);
    expect((await call(`dataset/${id}/queryItemsPage`, { body: { query: 'predictions.count > 0' } })).status).toBe(400);
  });

  test('annotations are found, counted, listed and completed as soon as they are written', async () => {
    const id = await aDataset(['a', 'b', 'c']);
    const taxonomy = { taxonomy_name: 'the weather', type: 'multicategory', labels: ['sun'], update: false };
    await call(`dataset/${id}/add_taxonomy`, { body: taxonomy });
    expect(await found(id, 'annotations."the weather" = rain')).toEqual([]);
    const sky = { reference_id: 'b', type: 'multicategory', labels: ['sun', 'rain'], taxonomy_name: 'the weather' };
    const rows = [box('a', '1'), box('a', '2', { label: 'big truck' }), box('b', '1'), sky];
    const annotate = (annotations: object[], over: object = {}) =>
      call(`dataset/${id}/annotate`, { body: { annotations, ...over } });
    await annotate(rows);
    expect(await found(id, 'annotations.count > 1')).toEqual(['a']);
    expect(await found(id, 'annotations."big truck" = 1')).toEqual(['a']);
    expect(await found(id, 'annotations.box.count + annotations.multicategory.count >= 2')).toEqual(['a', 'b']);
    expect(await found(id, 'annotations."the weather" = rain')).toEqual(['b']);
    expect(await found(id, 'annotations."the weather" != rain')).toEqual(['a', 'c']);
    await annotate([box('c', '1', { label: 'bus' })]);
    expect(await found(id, 'annotations.bus > 0')).toEqual(['c']);
    await annotate([box('c', '1', { label: 'car' })], { update: true });
    expect(await found(id, 'annotations.bus > 0')).toEqual([]);
    expect(await found(id, 'annotations.car > 0')).toEqual(['a', 'b', 'c']);
    const insight = async (name: string, body: object) =>
      (await send(`${cloud.url}/v1/insights/${id}/${name}`, { key: cloud.adminKey, body })).body;
    const { labels, distinct, unlabelled } = await insight('labels', { query: 'reference_id != a' });
    expect({ labels, distinct, unlabelled }).toEqual({
      labels: [
        { kind: 'box', label: 'car', taxonomy: null, items: 2, count: 2 },
        { kind: 'multicategory', label: 'rain', taxonomy: 'the weather', items: 1, count: 1 },
        { kind: 'multicategory', label: 'sun', taxonomy: 'the weather', items: 1, count: 1 },
      ],
      distinct: 3,
      unlabelled: 0,
    });
    expect((await call(`dataset/${id}/class_labels`)).body).toEqual({ data: ['big truck', 'car', 'rain', 'sun'] });
    const slice = (await call(`dataset/${id}/create_slice`, { body: { name: 's', reference_ids: ['c'] } })).body
      .slice_id;
    expect((await call(`slice/${slice}/class_labels`)).body).toEqual({ data: ['car'] });
    const facet = (await insight('facets', { fields: ['annotations.count'] })).facets[0];
    expect(facet).toMatchObject({ missing: 0, distinct: 2 });
    expect(facet.values).toEqual([{ value: 1, count: 2 }, { value: 2, count: 1 }]); // biome-ignore format: short
    const tiles = await insight('tiles', {
      offset: 0,
      limit: 9,
      query: '',
      sort: { field: 'annotations.count', descending: true },
    });
    expect(tiles.tiles.map(({ ref }: any) => ref)).toEqual(['a', 'b', 'c']);
    const complete = async (query: string) =>
      (await insight('complete', { query, caret: query.length })).options.map(({ insert }: any) => insert);
    expect(await complete('annotations.')).toEqual([
      'annotations.count ',
      'annotations.car ',
      'annotations."big truck" ',
      'annotations."the weather" ',
    ]);
    expect(await complete('annotations."the weather" = ')).toEqual(['rain ', 'sun ']);
    expect(await complete('annotations.car ')).toContain('>= ');
    const wrong = await insight('tiles', { offset: 0, limit: 9, query: 'annotations.carr > 1' });
    expect([wrong.error, wrong.at]).toEqual([
      'No label of this dataset has the class "carr". Did you mean car?',
      { start: 0, end: 16 },
    ]);
    await call(`annotation/${id}`, { method: 'DELETE', body: { reference_ids: ['a', 'b', 'c'] } });
    await eventually('the end of the labels', 15_000, async () =>
      (await found(id, 'annotations.count = 0')).length === 3 ? true : undefined,
    );
    expect(await found(id, 'annotations."the weather" IS MISSING')).toEqual(['a', 'b', 'c']);
  });
});
