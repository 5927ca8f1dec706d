/** Deduplication and sampling as the Python client meets them: a job head, then polling while the status is exactly `Running`. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { eventually } from '../builders/eventually.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';

/** 64 characters of 0 and 1: `ones` set bits from the left. */
const hashOf = (ones: number): string => '1'.repeat(ones).padEnd(64, '0');
const hashes = { a: hashOf(0), b: hashOf(1), c: hashOf(8), d: hashOf(9), e: hashOf(40), twin: hashOf(40) };

onEachDatabase('deduplication and sampling', (open) => {
  let cloud: ACloud;
  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
  });
  afterAll(() => cloud.close());

  const call = (route: string, body?: unknown) =>
    send(`${cloud.url}/v1/nucleus/${route}`, { key: cloud.adminKey, ...(body === undefined ? {} : { body }) });

  async function aDataset(items: Record<string, string | undefined>): Promise<string> {
    const { body } = await call('dataset/create', { name: 'hashes', use_privacy_mode: true });
    const sent = Object.entries(items).map(([reference_id, phash]) => ({
      reference_id,
      image_url: 'https://inside.example/a.jpg',
      width: 4,
      height: 3,
      phash,
    }));
    if (sent.length > 0) await call(`dataset/${body.dataset_id}/append`, { items: sent });
    return body.dataset_id;
  }
  const ended = (jobId: string) =>
    eventually('the end of the job', 20_000, async () => {
      const { body } = await call(`job/${jobId}`);
      return body.status === 'Running' ? undefined : body;
    });
  async function deduplicate(datasetId: string, input: object) {
    const { body: head } = await call(`dataset/${datasetId}/deduplicate_async`, input);
    expect(head).toMatchObject({ job_last_known_status: 'Running', job_type: expect.stringMatching(/./) });
    return { ...(await ended(head.job_id)), job_id: head.job_id };
  }

  test('keeps one of each group, in the same order every time, and all of its own survivors', async () => {
    const datasetId = await aDataset(hashes);
    const first = await deduplicate(datasetId, { threshold: 2 });
    expect(first).toMatchObject({ status: 'Completed', job_progress: '1.00' });
    expect(first.message.stats).toMatchObject({ threshold: 2, original_count: 6, deduplicated_count: 3 });
    expect(first.message.unique_reference_ids).toHaveLength(3);
    expect(first.message.unique_reference_ids).toEqual(expect.arrayContaining(['a', 'c']));
    expect((await deduplicate(datasetId, { threshold: 2 })).message).toEqual(first.message);
    const again = await deduplicate(datasetId, { threshold: 2, dataset_item_ids: first.message.unique_item_ids });
    expect(again.message.unique_item_ids).toEqual(first.message.unique_item_ids);
    expect((await deduplicate(datasetId, { threshold: 0 })).message.stats.deduplicated_count).toBe(5);
    expect((await deduplicate(datasetId, { threshold: 64 })).message.stats.deduplicated_count).toBe(1);
  });

  test('lists of many names come whole, in parallel and in their order', async () => {
    const amount = 6_000;
    const names = Array.from({ length: amount }, (_, i) => `bild/${i}-"é🙂"`);
    const hashed = names.map((name, i) => [name, (i * 7).toString(2).padStart(64, '0')] as const);
    const datasetId = await aDataset(Object.fromEntries(hashed.slice(0, 3_000)));
    const rest = hashed.slice(3_000).map(([reference_id, phash]) => ({
      reference_id,
      phash,
      image_url: 'https://inside.example/a.jpg',
      width: 4,
      height: 3,
    }));
    await call(`dataset/${datasetId}/append`, { items: rest });
    const { message } = await deduplicate(datasetId, { threshold: 0 });
    expect(message.unique_reference_ids).toEqual(names);
    expect(new Set(message.unique_item_ids).size).toBe(amount);
    const at = 5_432;
    const { body } = await call(`dataset/${datasetId}/loc/${message.unique_item_ids[at]}`);
    expect(body.item.reference_id).toBe(names[at]);
  });

  test('names that a job has told leave the database with their dataset', async () => {
    const datasetId = await aDataset({ 'once/named': hashes.a });
    const { job_id } = await deduplicate(datasetId, { threshold: 0 });
    const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
    try {
      const left = () => db.selectFrom('job_lists').select('part').where('job_id', '=', job_id).execute();
      expect((await left()).map(({ part }) => part)).toContain('"once/named"');
      await send(`${cloud.url}/v1/nucleus/dataset/${datasetId}`, { method: 'DELETE', key: cloud.adminKey, body: {} });
      await eventually('the purge', 10_000, async () => (await left()).length === 0 || undefined);
    } finally {
      await close();
    }
  });

  test('an empty dataset ends with zeros', async () => {
    const { message } = await deduplicate(await aDataset({}), { threshold: 10 });
    expect(message).toMatchObject({
      unique_item_ids: [],
      unique_reference_ids: [],
      stats: { original_count: 0, deduplicated_count: 0 },
    });
  });

  test.each([10.5, -1, 65])('threshold %d is refused at once', async (threshold) => {
    const answer = await call(`dataset/${await aDataset(hashes)}/deduplicate_async`, { threshold });
    expect([answer.status, Object.keys(answer.body)]).toEqual([400, ['error']]);
  });

  test('an unknown id and an item without a hash are the user’s errors', async () => {
    const datasetId = await aDataset({ ...hashes, bare: undefined });
    expect((await deduplicate(datasetId, { threshold: 4, reference_ids: ['nobody'] })).status).toBe('Errored_User');
    const bare = await deduplicate(datasetId, { threshold: 4, reference_ids: ['a', 'bare'] });
    expect(bare.status).toBe('Errored_User');
    expect(JSON.stringify(bare.message)).toContain('missing perceptual hash');
  });

  test.each(['Random', 'Uniqueness'])('a slice is sampled by %s', async (sampleMethod) => {
    const datasetId = await aDataset(hashes);
    const { body: head } = await call(`dataset/${datasetId}/build_slice`, {
      name: 'sample',
      sampleSize: 3,
      sampleMethod,
      filters: {},
    });
    expect(head.sliceId).toMatch(/^slc_/);
    expect((await ended(head.job_id)).status).toBe('Completed');
    const { body: slice } = await call(`slice/${head.sliceId}`);
    const references = slice.items.map((item: { reference_id: string }) => item.reference_id);
    expect(new Set(references).size).toBe(3);
    if (sampleMethod === 'Uniqueness') expect(references.includes('e') && references.includes('twin')).toBe(false);
    expect((await call(`slice/${head.sliceId}/info`)).body.pending_job_count).toBe(0);
  });
});
