/** Annotations as the Python client writes and reads them: what is good goes in as it was sent, what is not is told and changes nothing. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../builders/eventually.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';
import { anyLabel, comesBack, identity } from './some-labels.ts';

onEachDatabase('annotations', (open) => {
  let cloud: ACloud;
  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
  });
  afterAll(() => cloud.close());

  const call = (route: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${cloud.url}/v1/nucleus/${route}`, { key: cloud.adminKey, ...options });
  const aDataset = async (references: readonly string[], over: object = {}): Promise<string> => {
    const { body } = await call('dataset/create', { body: { name: 'labels', use_privacy_mode: true, ...over } });
    const items = references.map((reference_id) => ({
      reference_id,
      image_url: 'https://pictures.test/a',
      width: 600,
      height: 600,
    }));
    await call(`dataset/${body.dataset_id}/append`, { body: { items } });
    return body.dataset_id;
  };
  const annotate = async (id: string, annotations: readonly object[], over: object = {}) =>
    (await call(`dataset/${id}/annotate`, { body: { annotations, update: false, ...over } })).body;
  const of = async (id: string, ref: string) =>
    (await call(`dataset/${id}/refloc/${encodeURIComponent(ref)}`)).body.annotations;
  const box = (reference_id: string, annotation_id: string | undefined, over: object = {}) => ({
    reference_id,
    type: 'box',
    label: 'car',
    geometry: { x: 1, y: 2, width: 30, height: 40.5 },
    ...(annotation_id === undefined ? {} : { annotation_id }),
    ...over,
  });
  /** Predictions of a fresh run, each with a confidence of nothing and a distribution. */
  const predict = async (id: string, rows: readonly any[]) => {
    const unsure = { confidence: 0, class_pdf: { a: 0.25, b: 0.75 } };
    const some = rows.filter(({ type }) => type !== 'multicategory').map((row) => ({ ...row, ...unsure }));
    const { model_id: model } = (await call('models/add', { body: { name: 'm', reference_id: id } })).body;
    const body = {
      annotations: some.filter(({ type }) => type !== 'mask'),
      segmentations: some.filter(({ type }) => type === 'mask'),
      update: true,
    };
    const reply = (await call(`dataset/${id}/model/${model}/uploadPredictions`, { body })).body;
    expect([reply.predictions_processed, reply.predictions_ignored, reply.errors]).toEqual([some.length, 0, undefined]);
    return { run: reply.model_run_id, unsure };
  };
  const finished = (jobId: string): Promise<any> =>
    eventually('the end of the job', 15_000, async () => {
      const { body } = await call(`job/${jobId}`);
      return body.status === 'Running' ? undefined : body;
    });

  test('every label comes back as it was sent, from the item and from exports', async () => {
    const batches = fc.sample(fc.array(anyLabel, { minLength: 1, maxLength: 8 }), { numRuns: 40, seed: 8 });
    const references = batches.map((_, at) => `item/${at}`);
    const id = await aDataset(references);
    const rows = batches.flatMap((labels, at) => labels.map((label) => ({ ...label, reference_id: `item/${at}` })));
    const masks = rows.filter(({ type }: any) => type === 'mask');
    const others = rows.filter(({ type }: any) => type !== 'mask');
    const reply = await annotate(id, others, { segmentations: masks, update: true });
    expect(reply).toEqual({ dataset_id: id, annotations_processed: rows.length, annotations_ignored: 0 });
    const { run, unsure } = await predict(id, rows);
    const exported = (await call(`dataset/${id}/exportForTraining`)).body.exportedRows;
    for (const [at, labels] of batches.entries()) {
      // the last of one identity is what is there
      const last = new Map<string, object>();
      for (const label of [
        ...labels.filter(({ type }) => type !== 'mask'),
        ...labels.filter(({ type }) => type === 'mask'),
      ])
        last.set(identity(label), {
          id: expect.stringMatching(/^ann_[a-z0-9]{20}$/),
          ...comesBack(label, `item/${at}`),
        });
      const want = new Map<string, object[]>();
      for (const label of last.values())
        want.set((label as any).type, [...(want.get((label as any).type) ?? []), label]);
      const found = await of(id, `item/${at}`);
      expect(Object.keys(found).toSorted()).toEqual([...want.keys()].toSorted());
      for (const [kind, list] of want) {
        expect(found[kind]).toHaveLength(list.length);
        expect(found[kind]).toEqual(expect.arrayContaining(list));
        const row = exported[at][kind];
        expect(kind === 'segmentation' ? [row] : row).toEqual(found[kind]);
      }
      // the same as predictions, which are of one category
      const predicted = (await call(`modelRun/${run}/refloc/item%2F${at}`)).body.annotations;
      const id_ = expect.stringMatching(/^pred_[a-z0-9]{20}$/);
      const wanted = [...last.values()].filter(({ type }: any) => type !== 'multicategory');
      expect(Object.values(predicted).flat()).toHaveLength(wanted.length);
      expect(Object.values(predicted).flat()).toEqual(
        expect.arrayContaining(wanted.map((label) => ({ ...label, ...unsure, id: id_ }))),
      );
    }
  });

  test('known annotations are ignored, or replaced and counted; the same twice is one', async () => {
    const id = await aDataset(['a', 'b']);
    const rows = [box('a', 'one'), box('a', 'one', { task_id: 't' }), box('b', 'one'), box('b', undefined)];
    expect(await annotate(id, rows)).toMatchObject({ annotations_processed: 4, annotations_ignored: 0 });
    expect(await annotate(id, rows)).toMatchObject({ annotations_processed: 0, annotations_ignored: 4 });
    const changed = box('a', 'one', { label: 'bus', metadata: { n: 50 } });
    expect(await annotate(id, [changed])).toMatchObject({ annotations_ignored: 1 });
    const before = (await of(id, 'a')).box;
    expect(before.map(({ label }: any) => label)).toEqual(['car', 'car']);
    expect(await annotate(id, [changed, changed], { update: true })).toMatchObject({ annotations_processed: 2 });
    const after = (await of(id, 'a')).box;
    expect(after.map(({ label, task_id }: any) => [label, task_id])).toEqual([
      ['bus', null],
      ['car', 't'],
    ]);
    expect(after[0]).toMatchObject({ id: before[0].id, metadata: { n: 50 } });
    expect((await of(id, 'b')).box).toHaveLength(2);
  });

  test('what is wrong with a row is told, and the good rows stay', async () => {
    const id = await aDataset(['a']);
    const bow = [[0, 0], [9, 9], [9, 0], [0, 9]].map(([x, y]) => ({ x, y })); // biome-ignore format: a table
    const rows = [
      box('a', 'good'),
      box('fake_garbage', 'x'),
      box('a', 'out', { geometry: { x: 590, y: 0, width: 30, height: 1 } }),
      { reference_id: 'a', annotation_id: 'bow', type: 'polygon', label: 'l', geometry: { vertices: bow } },
      { reference_id: 'a', type: 'category', label: 'l', taxonomy_name: 'nowhere' },
      box('a', 'no', { geometry: { x: 'one' } }),
      7,
    ];
    const reply = await call(`dataset/${id}/annotate`, { body: { annotations: rows, update: false } });
    expect([reply.status, reply.body.annotations_processed, reply.body.annotations_ignored]).toEqual([200, 1, 0]);
    expect(reply.body.errors.toSorted()).toEqual(
      [
        "Item with id fake_garbage doesn't exist.",
        'Label out of item a: geometry: the box reaches from 590, 0 to 620, 1, outside the item, which is 600 x 600',
        'Label bow of item a: geometry.vertices: the polygon crosses itself, between its edges 0 and 2',
        `Input validation failed: Taxonomy nowhere does not exist in dataset ${id}`,
        'Label no of item a: geometry.x: Invalid input: expected number, received string',
        'Row 6: Invalid input: expected object, received number',
      ].toSorted(),
    );
    expect(Object.keys(await of(id, 'a'))).toEqual(['box']);
    expect((await call('dataset/ds_none/annotate', { body: { annotations: [] } })).status).toBe(404);
    // Python spells a missing number so
    const spare = JSON.stringify({ annotations: [box('a', 'lost'), box('a', 'NaN "kept", NaN')] });
    const nan = await call(`dataset/${id}/annotate`, { raw: spare.replace('"x":1', '"x":NaN') });
    expect([nan.body.annotations_processed, nan.body.errors]).toEqual([
      1,
      ['Label lost of item a: geometry.x: Invalid input: expected number, received null'],
    ]);
    expect((await of(id, 'a')).box.map((each: any) => each.annotation_id)).toContain('NaN "kept", NaN');
    const broken = await call(`dataset/${id}/annotate`, { raw: '{"annotations":[NaN,}' });
    expect(broken.headers.get('x-error-code')).toBe('invalid-json');
  });

  test('an item has one category of a taxonomy, and one without', async () => {
    const id = await aDataset(['a']);
    const taxonomy = { taxonomy_name: 'weather', type: 'category', labels: ['sun'], update: false };
    await call(`dataset/${id}/add_taxonomy`, { body: taxonomy });
    const category = (label: string, over: object = {}) => ({ reference_id: 'a', type: 'category', label, ...over });
    const named = { taxonomy_name: 'weather' };
    await annotate(id, [category('sun', named), category('plain')]);
    expect(await annotate(id, [category('rain', named)])).toMatchObject({ annotations_ignored: 1 });
    await annotate(id, [category('rain', named)], { update: true });
    const found = (await of(id, 'a')).category;
    expect(found.map(({ label, taxonomy_name }: any) => [label, taxonomy_name])).toEqual([
      ['rain', 'weather'],
      ['plain', undefined],
    ]);
    expect(found[1]).not.toHaveProperty('taxonomy_name');
    const multi = { reference_id: 'a', type: 'multicategory', labels: ['x'], ...named };
    expect((await annotate(id, [multi])).errors).toEqual(['Row 0 of item a: taxonomy_name: names a category taxonomy']);
    await call(`dataset/${id}/taxonomy/weather`, { method: 'DELETE', body: {} });
    expect((await of(id, 'a')).category.map(({ label }: any) => label)).toEqual(['plain']);
  });

  test('one annotation is read by its id, slashes in names notwithstanding', async () => {
    const id = await aDataset(['test/a', 'test']);
    await annotate(id, [box('test/a', 'one/two'), box('test', 'a/one')]);
    const { box: [whole] } = await of(id, 'test/a'); // biome-ignore format: short
    expect((await call(`dataset/${id}/groundTruth/loc/test/a/one/two`)).body).toEqual(whole);
    expect((await call(`dataset/${id}/groundTruth/loc/test%2Fa/one%2Ftwo`)).body).toEqual(whole);
    expect((await call(`dataset/${id}/groundTruth/loc/test%2Fa/${whole.id}`)).body).toEqual(whole);
    expect((await call(`dataset/${id}/groundTruth/loc/test/a/nothing`)).headers.get('x-error-code')).toBe(
      'label-not-found',
    );
    expect((await call(`dataset/${id}/groundTruth/loc/other/one`)).headers.get('x-error-code')).toBe('item-not-found');
  });

  test('a file of lines becomes a job that keeps the good ones', async () => {
    const id = await aDataset(['a', 'b'], { use_privacy_mode: false });
    expect((await call(`dataset/${id}/size`)).body.count).toBe(0);
    const hidden = await aDataset(['a', 'b']);
    const requestId = '0f'.repeat(16);
    const lines = [box('a', '1'), box('a', '1'), box('fake_garbage', '2'), box('b', '3')].map((row) =>
      JSON.stringify(row),
    );
    const file = [...lines.slice(0, 2), '{"geometry": NaN}', ...lines.slice(2)].join('\n');
    const run = async (dataset: string) => {
      const { signed_url } = (await call(`dataset/${dataset}/signedUrl/${requestId}`)).body;
      await send(signed_url, { method: 'PUT', raw: file, headers: { 'content-type': '' } });
      const head = (await call(`dataset/${dataset}/annotate?async=1`, { body: { requestId, update: false } })).body;
      expect(head).toMatchObject({ job_type: 'uploadAnnotations', job_last_known_status: 'Running' });
      const end = await finished(head.job_id);
      return { head, end, errors: (await call(`job/${head.job_id}/errors`)).body };
    };
    const { head, end, errors } = await run(hidden);
    expect(end).toMatchObject({
      status: 'Completed',
      message: { annotation_upload: { total: 5, errored: 2, ignored: 1, processed: 2, datasetId: hidden } },
      job_progress: '1.00',
      completed_steps: 1,
      total_steps: 1,
    });
    // a reference id may be a path, and errors stay
    expect(errors.join()).not.toContain('fake_garbage');
    expect(errors.map((each: string) => JSON.parse(each).line)).toEqual([3, 4]);
    const again = await call(`dataset/${hidden}/annotate?async=1`, { body: { requestId, update: false } });
    expect(again.body.job_id).toBe(head.job_id);
    const open = await run(id);
    expect(open.end.message.annotation_upload).toMatchObject({ total: 5, errored: 5 });
    expect(open.errors.join()).toContain("Item with id fake_garbage doesn't exist");
    expect(JSON.parse(open.errors.at(-1)).annotation).toMatchObject({ annotation_id: '3' });
  });

  test('labels go with their item, with their dataset, and by a job for named items alone', async () => {
    const id = await aDataset(['a', 'b', 'c']);
    await annotate(
      id,
      ['a', 'b', 'c'].map((ref) => box(ref, '1')),
    );
    const erase = async (reference_ids: string[]) => {
      const head = await call(`annotation/${id}`, { method: 'DELETE', body: { keep_history: true, reference_ids } });
      expect(head.body.job_type).toBe('annotationDeletion');
      return (await finished(head.body.job_id)).message.deleted_annotations;
    };
    expect([await erase([]), await erase(['b', 'nobody'])]).toEqual([0, 1]);
    expect([await of(id, 'a'), await of(id, 'b')]).toEqual([{ box: [expect.anything()] }, {}]);
    await call(`dataset/${id}/refloc/c`, { method: 'DELETE', body: {} });
    const item = { reference_id: 'c', image_url: 'https://pictures.test/a', width: 600, height: 600 };
    await call(`dataset/${id}/append`, { body: { items: [item] } });
    expect(await of(id, 'c')).toEqual({});
    await annotate(id, [box('c', '1')]);
    expect((await of(id, 'c')).box).toHaveLength(1);
  });
});
