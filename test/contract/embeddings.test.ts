/** Vectors: with items, from files, in lines and from agents; how much is indexed, what is exported, what is gone. */
import { encode } from 'blurhash';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { eventually } from '../builders/eventually.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { anAgent, aPut } from './an-agent.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';
import { amount, anItem, aPrivateDataset, aVectorDataset, dimension, vectors } from './some-vectors.ts';

onEachDatabase('embeddings', (open) => {
  let cloud: ACloud;
  let files: PictureServer;
  beforeAll(async () => {
    const rows = [...vectors];
    const asLine = ([reference_id, embedding_vector]: [string, number[]]) =>
      JSON.stringify({ reference_id, embedding_vector });
    files = await aPictureServer({
      '/first.json': Buffer.from(JSON.stringify(Object.fromEntries(rows.slice(0, 150)))),
      '/second.jsonl': Buffer.from(rows.slice(150).map(asLine).join('\n')),
      '/mixed.json': Buffer.from('{"item/0": [1, 2], "nobody": [0], "item/1": "text"}'),
      '/broken.json': Buffer.from('{"item/0": [1, 2'),
    });
    cloud = await aCloud({ database: await open(), fetchAllow: [files.host] });
  });
  afterAll(async () => {
    await cloud.close();
    await files.close();
  });

  const call = (route: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${cloud.url}/v1/nucleus/${route}`, { key: cloud.adminKey, ...options });
  const similar = (id: string, body: object) =>
    send(`${cloud.url}/v1/insights/${id}/similar`, { key: cloud.adminKey, body });
  const aDataset = (): Promise<string> => aPrivateDataset(cloud);
  const append = async (id: string, items: object[], update = false) =>
    (await call(`dataset/${id}/append`, { body: { items, update } })).body;
  const finished = (jobId: string): Promise<any> =>
    eventually('the end of the job', 15_000, async () => {
      const { body } = await call(`job/${jobId}`);
      return body.status === 'Running' ? undefined : body;
    });
  const withVectors = (): Promise<string> => aVectorDataset(cloud);
  const status = async (id: string) => (await call(`dataset/${id}/indexingStatus`, { body: { image: true } })).body;
  const indexes = async (id: string) => (await call(`dataset/${id}/embeddingIndexes`)).body.embedding_indexes;

  test('a new dataset has no index, nothing indexed and nothing to export', async () => {
    const id = await aDataset();
    expect((await call(`dataset/${id}/embeddingIndexes`)).text).toBe('{"embedding_indexes":[]}');
    expect(await status(id)).toMatchObject({ embedding_count: 0, image_count: 0, percent_indexed: 0 });
    const objects = (await call(`dataset/${id}/indexingStatus`, { body: { image: false, model_run_id: null } })).body;
    expect(Object.keys(objects)).toEqual(['embedding_count', 'object_count', 'percent_indexed', 'additional_context']);
    expect((await call(`dataset/${id}/embeddings`)).text).toBe('[]');
    expect((await call(`dataset/${id}/model_runs`)).text).toBe('[]');
    expect((await call(`indexing/${id}/setPrimary`, { body: { image: true, custom: true } })).body).toEqual({
      success: false,
    });
  });

  test('vectors that come with items are given back number for number, and one that does not fit is that item’s error', async () => {
    const id = await aDataset();
    const info = (embedding_vector: unknown, index_id = 'mine') => ({ embedding_info: { index_id, embedding_vector } });
    const answer = await append(id, [
      anItem('a', info([0.1, 1e-300, 12345678.9])),
      anItem('b', info([1, 2])),
      anItem('c', info([1, 'x', 3])),
      anItem('d', info([3, 2, 1])),
      anItem('e'),
    ]);
    expect(answer).toMatchObject({ new_items: 3, upload_errors: 2 });
    expect(answer.error_payload.map(({ error }: any) => error)).toEqual([
      expect.stringMatching(/^embedding_info.embedding_vector.1: /),
      'embedding_info.embedding_vector: this index holds vectors of 3 numbers',
    ]);
    const rows = (await call(`dataset/${id}/embeddings`)).body;
    expect(rows).toEqual([
      { reference_id: 'a', embedding_vector: [0.1, 1e-300, 12345678.9] },
      { reference_id: 'd', embedding_vector: [3, 2, 1] },
    ]);
    expect(await indexes(id)).toEqual([
      {
        id: 'mine',
        status: 'Completed',
        index_type: 'Custom',
        index_level: 'Image',
        embedding_type: 'custom',
        embedding_dimension: 3,
      },
    ]);
    expect(await status(id)).toMatchObject({ embedding_count: 2, image_count: 3, percent_indexed: 66.67 });
    await append(id, [anItem('a', info([9, 9, 9])), anItem('e', info([0, 0, 0]))], true);
    await call(`dataset/${id}/refloc/d`, { method: 'DELETE', body: {} });
    expect((await call(`dataset/${id}/embeddings`)).body).toEqual([
      { reference_id: 'a', embedding_vector: [9, 9, 9] },
      { reference_id: 'e', embedding_vector: [0, 0, 0] },
    ]);
  });

  test('vectors from files become an index that another job adds to, and rows that do not fit are errors', async () => {
    const id = await aDataset();
    await append(
      id,
      [...vectors.keys()].map((ref) => anItem(ref)),
    );
    const start = (embeddings_urls: string[], embedding_dimension = dimension) =>
      call(`indexing/${id}`, { body: { embeddings_urls, embedding_dimension } });
    const head = await start([`${files.origin}/first.json`, `${files.origin}/second.jsonl`]);
    expect(head.body).toMatchObject({ job_type: 'customIndexing', job_last_known_status: 'Running', dataset_id: id });
    expect(await finished(head.body.job_id)).toMatchObject({
      status: 'Completed',
      completed_steps: 2,
      total_steps: 2,
      message: { stored: amount, errored: 0 },
    });
    const [index] = await indexes(id);
    expect(index).toMatchObject({ status: 'Completed', index_type: 'Custom', embedding_dimension: dimension });
    expect(await status(id)).toMatchObject({ embedding_count: amount, percent_indexed: 100 });
    const mixed = await finished((await start([`${files.origin}/mixed.json`])).body.job_id);
    expect(mixed).toMatchObject({ status: 'Completed', message: { index_id: index.id, stored: 0, errored: 3 } });
    const errors = (await call(`job/${mixed.job_id}/errors`)).body;
    expect(errors).toHaveLength(3);
    expect(errors.join()).not.toContain('item/');
    expect(errors.join()).not.toContain('nobody');
    const rows = (await call(`dataset/${id}/embeddings`)).body;
    expect(rows).toEqual([...vectors].map(([reference_id, embedding_vector]) => ({ reference_id, embedding_vector })));
    expect((await start([`${files.origin}/first.json`], 3)).status).toBe(409);
  });

  test.each(['/broken.json', '/missing.json'])(
    'a file of vectors that cannot be had ends the job: %s',
    async (path) => {
      const id = await aDataset();
      await append(id, [anItem('item/0')]);
      const body = { embeddings_urls: [files.origin + path], embedding_dimension: 2 };
      const job = await finished((await call(`indexing/${id}`, { body })).body.job_id);
      expect([job.status, typeof job.message.final_error]).toEqual(['Errored_User', 'string']);
      expect(await indexes(id)).toMatchObject([{ status: 'Errored' }]);
      expect((await call(`dataset/${id}/embeddings`)).text).toBe('[]');
    },
  );

  test('vectors come in lines of an asynchronous append', async () => {
    const id = await aDataset();
    const { signed_url } = (await call(`dataset/${id}/signedUrl/${'a'.repeat(32)}`)).body;
    const lines = [1, 2].map((n) =>
      JSON.stringify(anItem(`line/${n}`, { embedding_info: { index_id: 'lines', embedding_vector: [n, 0] } })),
    );
    await fetch(signed_url, { method: 'PUT', body: lines.join('\n') });
    const body = { requestId: 'a'.repeat(32), update: false };
    await finished((await call(`dataset/${id}/append?async=1`, { body })).body.job_id);
    expect((await call(`dataset/${id}/embeddings`)).body).toMatchObject([
      { reference_id: 'line/1', embedding_vector: [1, 0] },
      { reference_id: 'line/2', embedding_vector: [2, 0] },
    ]);
  });

  test('exports of a dataset and of a slice are files behind links that end', async () => {
    const id = await withVectors();
    const { slice_id } = (
      await call(`dataset/${id}/create_slice`, { body: { name: 's', reference_ids: ['item/5', 'item/2'] } })
    ).body;
    expect((await call(`slice/${slice_id}/embeddings`)).body.map((row: any) => row.reference_id)).toEqual([
      'item/2',
      'item/5',
    ]);
    for (const [place, count] of [
      [id, amount],
      [slice_id, 2],
    ] as const) {
      const head = (await call(`dataset/${place}/async_export_embeddings`, { body: {} })).body;
      expect(head.job_type).toBe('exportEmbeddings');
      const { status: end, message } = await finished(head.job_id);
      expect([end, message.rows, message.result.length]).toEqual(['Completed', count, 1]);
      const rows = (await (await fetch(message.result[0])).json()) as { reference_id: string }[];
      expect(rows).toHaveLength(count);
      const [{ reference_id }] = rows as [{ reference_id: string }];
      expect(rows[0]).toEqual({ reference_id, embedding_vector: vectors.get(reference_id) });
      const reader = await cloud.makeKey({ scopes: ['read'] });
      expect((await call(`job/${head.job_id}`, { key: reader })).body.message.result).toEqual([]);
      const tampered = message.result[0].replace(/.(?=.{50}$)/, (char: string) => (char === 'A' ? 'B' : 'A'));
      expect((await fetch(tampered)).status).toBe(404);
    }
  });

  test('deleting the custom index takes its vectors out at once, and one of the same name begins empty', async () => {
    const id = await withVectors();
    expect((await similar(id, { reference_id: 'item/0', limit: 1 })).body.by).toBe('vector');
    const gone = (await call(`indexing/${id}`, { method: 'DELETE', body: { image: true } })).body;
    expect(gone).toEqual({ dataset_id: id, job_id: expect.any(String), message: expect.any(String) });
    expect(await indexes(id)).toEqual([]);
    expect((await call(`dataset/${id}/embeddings`)).text).toBe('[]');
    await append(id, [anItem('item/0', { embedding_info: { index_id: 'mine', embedding_vector: [1, 0] } })], true);
    await append(id, [anItem('item/1', { embedding_info: { index_id: 'mine', embedding_vector: [1, 1] } })], true);
    expect(await finished(gone.job_id)).toMatchObject({ status: 'Completed' });
    const { items } = (await similar(id, { reference_id: 'item/0' })).body;
    expect(items.map(({ tile }: any) => tile.ref)).toEqual(['item/1']);
    expect(await status(id)).toMatchObject({ embedding_count: 2 });
    const none = (await call(`indexing/${id}`, { method: 'DELETE', body: { image: false } })).body;
    expect(none).toMatchObject({ dataset_id: id, message: 'There is no custom index to delete.' });
  });

  test('colour and layout are indexed from blurhashes, then as items come; users’ and agents’ vectors stay apart', async () => {
    const agent = await anAgent(cloud, { dataset_name: 'rich', level: 'rich' });
    const id = agent.datasetId;
    const shade = (level: number) => {
      const pixels = new Uint8ClampedArray(16 * 12 * 4).map((_, i) => (i % 4 === 3 ? 255 : (level + i) % 256));
      return encode(pixels, 16, 12, 4, 3);
    };
    const put = (ref: string, rev: number, level: number, over: object = {}) =>
      aPut(ref, rev, { metadata: { blurhash: shade(level) }, ...over });
    await agent.push([put('a', 1, 10), put('b', 1, 12), put('c', 1, 200)]);
    const built = await finished((await call(`indexing/${id}/internal/image`, { body: {} })).body.job_id);
    expect([built.job_type, built.message.indexed]).toEqual(['indexingImage', 3]);
    expect(await indexes(id)).toMatchObject([
      { index_type: 'Internal', embedding_type: 'colour-layout', embedding_dimension: 36, status: 'Completed' },
    ]);
    expect((await similar(id, { reference_id: 'a' })).body.items.map(({ tile }: any) => tile.ref)).toEqual(['b', 'c']);
    await agent.push([put('d', 2, 11)]);
    expect(await status(id)).toMatchObject({ embedding_count: 3, image_count: 4 });
    const on = (await call(`indexing/${id}/setContinuous`, { body: { enable: true } })).body;
    expect(on).toMatchObject({ dataset_id: id, message: expect.any(String), job_type: 'indexingImage' });
    await finished(on.job_id);
    await agent.push([put('e', 3, 13)]);
    expect(await status(id)).toMatchObject({ embedding_count: 5, image_count: 5 });
    expect((await call(`indexing/${id}/setContinuous`, { body: { enable: false } })).body.job_id).toBeUndefined();

    const embedding_info = { index_id: 'clip', embedding_vector: [-128, 0, 127] };
    await agent.push([put('a', 4, 10, { embedding_info }), put('b', 4, 12, { embedding_info })]);
    const taken = await append(id, [anItem('own', { embedding_info })]);
    expect(taken.error_payload[0].error).toBe('embedding_info.index_id: names an index that others fill');
    expect((await call(`dataset/${id}/embeddings`)).body).toEqual([
      { reference_id: 'a', embedding_vector: [-128, 0, 127] },
      { reference_id: 'b', embedding_vector: [-128, 0, 127] },
    ]);
    // The agent lowers what it sends of one, and deletes the other: nothing of either stays.
    await agent.push([put('a', 5, 10), { op: 'delete', ref: 'b', rev: 5 }]);
    expect((await call(`dataset/${id}/embeddings`)).text).toBe('[]');
    expect((await call(`indexing/${id}/setPrimary`, { body: { image: true, custom: false } })).body.success).toBe(true);
    expect(await status(id)).toMatchObject({ embedding_count: 4, image_count: 4 });
  });

  test('in privacy mode the internal index opens no address: without blurhashes the job says what to do', async () => {
    const id = await aDataset();
    await append(id, [anItem('canary', { image_url: `${files.origin}/canary.jpg` })]);
    const job = await finished((await call(`indexing/${id}/internal/image`, { body: {} })).body.job_id);
    expect([job.status, job.message.final_error]).toEqual(['Errored_User', expect.stringContaining('upload vectors')]);
    expect(await indexes(id)).toMatchObject([{ index_type: 'Internal', status: 'Errored' }]);
    expect(files.requests).not.toContain('/canary.jpg');
  });
});
