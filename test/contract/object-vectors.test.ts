/** Vectors of boxes and polygons: sent with them, or made from the stored pictures; how much is indexed, and what goes with what. */
import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { readVector } from '../../cloud-api/src/embeddings/rules.ts';
import { eventually } from '../builders/eventually.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

/** Red on the left and blue on the right. */
const halves = (): Promise<Buffer> => {
  const pixels = Buffer.from(
    Array.from({ length: 40 * 20 }, (_, i) => (i % 40 < 20 ? [220, 20, 20] : [20, 20, 220])).flat(),
  );
  return sharp(pixels, { raw: { width: 40, height: 20, channels: 3 } })
    .png()
    .toBuffer();
};
const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const dot = (x: ArrayLike<number>, y: ArrayLike<number>) =>
    Array.from(x).reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

onEachDatabase('vectors of objects', (open) => {
  let cloud: ACloud;
  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
  });
  afterAll(() => cloud.close());

  const call = (route: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${cloud.url}/v1/nucleus/${route}`, { key: cloud.adminKey, ...options });
  const finished = (jobId: string): Promise<any> =>
    eventually('the end of the job', 15_000, async () => {
      const { body } = await call(`job/${jobId}`);
      return body.status === 'Running' ? undefined : body;
    });
  const aDataset = async (over: object = {}): Promise<string> =>
    (await call('dataset/create', { body: { name: 'objects', use_privacy_mode: true, ...over } })).body.dataset_id;
  const append = (id: string, refs: string[]) =>
    call(`dataset/${id}/append`, {
      body: {
        items: refs.map((reference_id) => ({ reference_id, image_url: 'https://x.test/a', width: 40, height: 20 })),
      },
    });
  const box = (reference_id: string, annotation_id: string, over: object = {}) => ({
    reference_id,
    annotation_id,
    type: 'box',
    label: 'car',
    geometry: { x: 1, y: 1, width: 9, height: 9 },
    ...over,
  });
  const annotate = async (id: string, annotations: object[], over: object = {}) =>
    (await call(`dataset/${id}/annotate`, { body: { annotations, update: true, ...over } })).body;
  const status = async (id: string, model_run_id: string | null = null) => {
    const { body } = await call(`dataset/${id}/indexingStatus`, { body: { image: false, model_run_id } });
    return [body.embedding_count, body.object_count, body.percent_indexed];
  };
  const indexes = async (id: string) =>
    (await call(`dataset/${id}/embeddingIndexes`)).body.embedding_indexes.map((each: any) => [
      each.index_level,
      each.index_type,
      each.status,
      each.embedding_dimension,
    ]);
  const aRun = async (id: string, annotations: object[]): Promise<string> => {
    const reference_id = randomBytes(4).toString('hex');
    const model = (await call('models/add', { body: { name: 'm', reference_id } })).body.model_id;
    return (await call(`dataset/${id}/model/${model}/uploadPredictions`, { body: { annotations } })).body.model_run_id;
  };

  test('come with labels, count as soon as they are written, and go with them', async () => {
    const id = await aDataset();
    await append(id, ['a', 'b', 'c']);
    expect(await status(id)).toEqual([0, 0, 0]);
    const line = {
      reference_id: 'a',
      annotation_id: 'l',
      type: 'line',
      label: 'x',
      geometry: { vertices: [{ x: 1, y: 1 }] },
    };
    const polygon = { type: 'polygon', geometry: { vertices: [{ x: 1, y: 1 }, { x: 5, y: 1 }, { x: 1, y: 5 }] } }; // biome-ignore format: short
    const rows = [
      box('a', '1', { embedding_vector: [1, 0.5] }),
      box('a', '2', { embedding_vector: [1, 2, 3] }),
      box('a', '3'),
      box('b', '4', { ...polygon, embedding_vector: [-1, 0] }),
      box('c', '5', { embedding_vector: [0, 1] }),
      line,
    ];
    const reply = await annotate(id, rows);
    expect([reply.annotations_processed, reply.errors]).toEqual([
      5,
      ["Label 2 of item a: embedding_vector: has 3 numbers, and those of this dataset's objects have 2"],
    ]);
    expect(await indexes(id)).toEqual([['Object', 'Custom', 'Completed', 2]]);
    expect(await status(id)).toEqual([3, 4, 75]);
    const run = await aRun(id, [box('a', 'p', { embedding_vector: [0.5, 1], confidence: 0.5 }), box('b', 'q')]);
    expect([await status(id, run), await status(id)]).toEqual([[1, 2, 50], [3, 4, 75]]); // biome-ignore format: short
    // another of the same name, without a vector
    await annotate(id, [box('a', '1')]);
    expect(await status(id)).toEqual([2, 4, 50]);
    await call(`dataset/${id}/refloc/b`, { method: 'DELETE', body: {} });
    const erased = await call(`annotation/${id}`, { method: 'DELETE', body: { reference_ids: ['c'] } });
    await finished(erased.body.job_id);
    expect([await status(id), await status(id, run)]).toEqual([[0, 2, 0], [1, 1, 100]]); // biome-ignore format: short
    expect(
      (await call(`dataset/${id}/indexingStatus`, { body: { image: false, model_run_id: 'run_no' } })).status,
    ).toBe(404);
    // those of items are another matter
    expect((await call(`indexing/${id}/setPrimary`, { body: { image: true, custom: true } })).body).toEqual({
      success: false,
    });
    expect((await call(`indexing/${id}/setPrimary`, { body: { image: false, custom: true } })).body).toEqual({
      success: true,
    });
    const gone = (await call(`indexing/${id}`, { method: 'DELETE', body: { image: false } })).body;
    expect(await finished(gone.job_id)).toMatchObject({ status: 'Completed', message: { deleted_indexes: 1 } });
    expect([await indexes(id), await status(id, run)]).toEqual([[], [0, 1, 0]]);
    await annotate(id, [box('a', '6', { embedding_vector: [7] })]);
    expect(await indexes(id)).toEqual([['Object', 'Custom', 'Completed', 1]]);
  });

  test('are made from what boxes show of stored pictures, of the runs that were asked for', async () => {
    const id = await aDataset({ use_privacy_mode: false });
    const form = new FormData();
    form.append('items', JSON.stringify(['a', 'b'].map((reference_id) => ({ reference_id, image_url: reference_id }))));
    for (let i = 0; i < 2; i++)
      form.append('image', new Blob([(await halves()) as BlobPart], { type: 'image/png' }), 'x.png');
    await fetch(`${cloud.url}/v1/nucleus/dataset/${id}/append`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${cloud.adminKey}:`).toString('base64')}` },
      body: form,
    });
    const right = { geometry: { x: 25, y: 5, width: 10, height: 10 } };
    await annotate(id, [box('a', 'red'), box('b', 'red'), box('a', 'blue', right)]);
    const run = await aRun(id, [box('b', 'found', right)]);
    const start = async (body: object) => (await call(`indexing/${id}/internal/object`, { body })).body;
    const head = await start({ ingest_gt_only: true });
    expect(head).toMatchObject({ job_type: 'indexingObject', job_last_known_status: 'Running', dataset_id: id });
    expect(await finished(head.job_id)).toMatchObject({
      status: 'Completed',
      message: { indexed: 3, skipped_without_picture: 0 },
    });
    expect([await status(id), await status(id, run)]).toEqual([[3, 3, 100], [0, 1, 0]]); // biome-ignore format: short
    expect(await finished((await start({ model_run_id: run })).job_id)).toMatchObject({ message: { indexed: 1 } });
    expect(await finished((await start({})).job_id)).toMatchObject({ message: { indexed: 4 } });
    expect([await status(id), await status(id, run)]).toEqual([[3, 3, 100], [1, 1, 100]]); // biome-ignore format: short
    expect(await indexes(id)).toEqual([['Object', 'Internal', 'Completed', 36]]);
    const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
    const rows = await db
      .selectFrom('object_vectors')
      .innerJoin('labels', 'labels.id', 'object_vectors.label_id')
      .select(['labels.annotation_id as name', 'object_vectors.seq', 'vector'])
      .where('object_vectors.dataset_id', '=', id)
      .execute();
    await close();
    const vectorOf = (name: string, seq: number) =>
      readVector(rows.find((row) => row.name === name && row.seq === seq)?.vector ?? '');
    expect(cosine(vectorOf('red', 0), vectorOf('red', 1))).toBeCloseTo(1, 5);
    expect(cosine(vectorOf('blue', 0), vectorOf('found', 1))).toBeCloseTo(1, 5);
    expect(cosine(vectorOf('red', 0), vectorOf('blue', 0))).toBeLessThan(0.5);
    // a label that moves has lost what was seen of it
    await annotate(id, [box('a', 'red', right)]);
    expect(await status(id)).toEqual([2, 3, 66.67]);
  });

  test('cannot be made where no picture is here, and a foreign run is none', async () => {
    const [id, other] = [await aDataset(), await aDataset()];
    await append(id, ['a']);
    await append(other, ['a']);
    await annotate(id, [box('a', '1')]);
    const job = await finished((await call(`indexing/${id}/internal/object`, { body: {} })).body.job_id);
    expect([job.status, job.message.final_error]).toEqual([
      'Errored_User',
      expect.stringContaining('embedding_vector'),
    ]);
    expect(await indexes(id)).toEqual([['Object', 'Internal', 'Errored', 36]]);
    const run = await aRun(other, [box('a', '1')]);
    const foreign = await call(`indexing/${id}/internal/object`, { body: { model_run_id: run } });
    expect([foreign.status, foreign.headers.get('x-error-code')]).toEqual([404, 'model-run-not-found']);
  });
});
