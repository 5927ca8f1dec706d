/** Autotags: trained from examples, refined, scored; what they answer, keep and forget. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { eventually } from '../builders/eventually.ts';
import { type ACloud, aCloud } from './a-cloud.ts';
import { onEachDatabase } from './on-each-database.ts';
import { send } from './send.ts';
import { anItem, aPrivateDataset, randomVector } from './some-vectors.ts';

const amount = 1_200;
/** On which side of the plane x1 = 0 an item's vector lies. */
const isNight = (i: number) => i % 3 === 0;
const vectorOf = (i: number) => {
  const [x = 0, ...rest] = randomVector(i);
  return [(isNight(i) ? 1 : -1) * (1.5 + Math.abs(x)), ...rest];
};
const named = (places: number[]) => places.map((i) => `item/${i}`);
const some = (wanted: (i: number) => boolean, count: number) =>
  Array.from({ length: amount }, (_, i) => i)
    .filter(wanted)
    .slice(0, count);

onEachDatabase('autotags', (open) => {
  let cloud: ACloud;
  /** Read by most tests and changed by none. */
  let dataset: string;
  beforeAll(async () => {
    cloud = await aCloud({ database: await open() });
    dataset = await aPrivateDataset(cloud);
    const items = Array.from({ length: amount }, (_, i) =>
      anItem(`item/${i}`, {
        embedding_info: { index_id: 'mine', embedding_vector: vectorOf(i) },
        phash: (isNight(i) ? '1' : '0').repeat(40) + i.toString(2).padStart(24, '0'),
      }),
    );
    await call(`dataset/${dataset}/append`, { items: [...items, anItem('bare')] });
  });
  afterAll(() => cloud.close());

  const call = (route: string, body?: object, key = cloud.adminKey) =>
    send(`${cloud.url}/v1/nucleus/${route}`, { key, ...(body === undefined ? {} : { body }) });
  const own = (route: string, body: object) => send(`${cloud.url}/v1/${route}`, { key: cloud.adminKey, body });
  const create = (id: string, body: object) => own(`datasets/${id}/autotags`, body);
  const finished = (jobId: string): Promise<any> =>
    eventually('the end of the job', 20_000, async () => {
      const { body } = await call(`job/${jobId}`);
      return body.status === 'Running' ? undefined : body;
    });
  const tagged = async (id: string, name: string, score_threshold?: number) =>
    (await call(`dataset/${id}/autotag/${encodeURIComponent(name)}/taggedItems`, { score_threshold })).body
      .autotagItems;
  const found = async (id: string, query: string): Promise<string[]> =>
    (await call(`dataset/${id}/queryItemsPage`, { pageSize: 2_000, query })).body.items.map(
      ({ ref_id }: any) => ref_id,
    );
  const nights = some(isNight, amount).map((i) => `item/${i}`);

  test.each(['embedding', 'phash'] as const)(
    'few examples of %s part a separable set without a fault',
    async (basis) => {
      const examples = { positives: named(some(isNight, 8)), negatives: named(some((i) => !isNight(i), 8)) };
      const head = await create(dataset, { name: `night by ${basis}`, basis, ...examples });
      expect(await finished(head.body.job_id)).toMatchObject({
        status: 'Completed',
        message: { autotag_id: head.body.autotag_id, scored: amount, examples: 16, stand_ins: 0 },
      });
      const items = await tagged(dataset, `night by ${basis}`);
      expect(items.map(({ ref_id }: any) => ref_id).toSorted()).toEqual(nights.toSorted());
      const scores = items.map(({ score }: any) => score);
      expect(scores).toEqual(scores.toSorted((a: number, b: number) => b - a));
      expect(await tagged(dataset, `night by ${basis}`, -1)).toHaveLength(amount);
      const strict = await tagged(dataset, `night by ${basis}`, scores[9]);
      expect(strict.length).toBeGreaterThanOrEqual(10);
      expect(Math.min(...strict.map(({ score }: any) => score))).toBe(scores[9]);
      // The same examples over the same items give the same numbers.
      const again = await call(`autotag/${head.body.autotag_id}`, {});
      await finished(again.body.job_id);
      expect(await tagged(dataset, `night by ${basis}`)).toEqual(items);
      // queries say the same, by the scores of the latest training
      const score = `autotag.image."night by ${basis}"`;
      expect((await found(dataset, `autotag.image = "night by ${basis}"`)).toSorted()).toEqual(nights.toSorted());
      const best = strict.map(({ ref_id }: any) => ref_id).toSorted();
      expect((await found(dataset, `${score} >= ${scores[9]}`)).toSorted()).toEqual(best);
      expect(await found(dataset, `${score} IS MISSING`)).toEqual(['bare']);
      expect(await found(dataset, `autotag.image != "night by ${basis}" AND ${score} >= 0`)).toEqual([]);
    },
  );

  test('queries follow every training, know no other autotag, and are completed', async () => {
    const id = await aPrivateDataset(cloud);
    const items = ['a', 'b', 'c', 'd'].map((ref, i) =>
      anItem(ref, { embedding_info: { index_id: 'mine', embedding_vector: [i < 2 ? 1 : -1, i] } }),
    );
    await call(`dataset/${id}/append`, { items });
    expect(await found(id, 'autotag.image IS MISSING')).toEqual(['a', 'b', 'c', 'd']);
    const head = await create(id, { name: 'left half', positives: ['a'], negatives: ['d'] });
    await finished(head.body.job_id);
    expect(await found(id, 'autotag.image = "left half"')).toEqual(['a', 'b']);
    expect(await found(id, 'autotag.image IS MISSING')).toEqual(['c', 'd']);
    const turned = await own(`autotags/${head.body.autotag_id}/refine`, { positives: ['d'], negatives: ['a'] });
    await finished(turned.body.job_id);
    expect(await found(id, 'autotag.image IN ("left half")')).toEqual(['c', 'd']);
    const insight = async (name: string, body: object) => (await own(`insights/${id}/${name}`, body)).body;
    const complete = async (query: string) =>
      (await insight('complete', { query, caret: query.length })).options.map(({ insert }: any) => insert);
    expect(await complete('autotag.')).toEqual(['autotag.image ', 'autotag.image."left half" ']);
    expect(await complete('autotag.image = ')).toEqual(['"left half" ']);
    expect(await complete('autotag.image."left half" ')).toContain('>= ');
    for (const [query, says, start] of [
      ['width > 0 AND autotag.image = "left hall"', 'Did you mean left half?', 30],
      ['autotag.image.nobody > 0', 'no autotag "nobody"', 0],
      ['autotag.image > 0', 'compare it by =, != or IN', 0],
      ['autotag.object = x', 'no autotags of objects', 0],
    ] as const) {
      const wrong = await insight('tiles', { offset: 0, limit: 9, query });
      expect([wrong.error, wrong.at.start], query).toEqual([expect.stringContaining(says), start]);
    }
    await send(`${cloud.url}/v1/nucleus/autotag/${head.body.autotag_id}`, {
      key: cloud.adminKey,
      method: 'DELETE',
      body: {},
    });
    const gone = await call(`dataset/${id}/queryItemsPage`, { query: 'autotag.image = "left half"' });
    expect([gone.status, gone.body.error]).toEqual([400, expect.stringContaining('no autotag "left half"')]);
  });

  test('positives alone are told from items that are drawn from the dataset', async () => {
    const head = await create(dataset, { name: 'one-sided', positives: named(some(isNight, 20)) });
    const { message } = await finished(head.body.job_id);
    expect(message).toMatchObject({ examples: 20, scored: amount });
    expect(message.stand_ins).toBeGreaterThan(300);
    const best = (await tagged(dataset, 'one-sided', -1)).slice(0, 100).map(({ ref_id }: any) => ref_id);
    expect(best.filter((ref: string) => nights.includes(ref)).length).toBeGreaterThan(95);
  });

  test('a refinement moves examples to the other side, and the last word counts', async () => {
    const wrong = { positives: named(some((i) => !isNight(i), 5)), negatives: named(some(isNight, 5)) };
    const head = await create(dataset, { name: 'turned', ...wrong });
    await finished(head.body.job_id);
    expect((await tagged(dataset, 'turned')).map(({ ref_id }: any) => ref_id)).not.toContain(nights[20]);
    const refined = await own(`autotags/${head.body.autotag_id}/refine`, {
      positives: wrong.negatives,
      negatives: wrong.positives,
    });
    expect(await finished(refined.body.job_id)).toMatchObject({ status: 'Completed', message: { examples: 10 } });
    expect((await tagged(dataset, 'turned')).map(({ ref_id }: any) => ref_id).toSorted()).toEqual(nights.toSorted());
    const training = (await call(`dataset/${dataset}/autotag/turned/trainingItems`)).body;
    expect(training.autotagPositiveTrainingItems.map(({ ref_id }: any) => ref_id)).toEqual(wrong.negatives);
    expect((await call(`autotag/${head.body.autotag_id}/refinementMetrics`)).body).toMatchObject({
      total_refinement_steps: 2,
      average_positives_selected_per_refinement: 5,
    });
    await own(`autotags/${head.body.autotag_id}/refine`, { positives: [], negatives: [] }).then(({ status }) =>
      expect(status).toBe(400),
    );
  });

  test('items that go, and indexes that change, are followed by the next training', async () => {
    const id = await aPrivateDataset(cloud);
    const items = ['a', 'b', 'c', 'd'].map((ref, i) =>
      anItem(ref, { embedding_info: { index_id: 'mine', embedding_vector: [i < 2 ? 1 : -1, i] } }),
    );
    await call(`dataset/${id}/append`, { items });
    const head = await create(id, { name: 'left/half', positives: ['a'], negatives: ['d'] });
    await finished(head.body.job_id);
    expect((await tagged(id, 'left/half')).map(({ ref_id }: any) => ref_id).toSorted()).toEqual(['a', 'b']);
    await send(`${cloud.url}/v1/nucleus/dataset/${id}/refloc/b`, { key: cloud.adminKey, method: 'DELETE', body: {} });
    expect((await tagged(id, 'left/half')).map(({ ref_id }: any) => ref_id)).toEqual(['a']);
    await send(`${cloud.url}/v1/nucleus/indexing/${id}`, {
      key: cloud.adminKey,
      method: 'DELETE',
      body: { image: true },
    });
    const job = await finished((await call(`autotag/${head.body.autotag_id}`, {})).body.job_id);
    expect([job.status, job.message.final_error]).toEqual([
      'Errored_User',
      expect.stringContaining('no embedding index'),
    ]);
    // What was trained before is answered still.
    expect((await call(`${id}/list_autotags`)).body).toMatchObject([{ status: 'Completed' }]);
    expect(await tagged(id, 'left/half')).toHaveLength(1);
  });

  test.each([
    [{ name: 'n', positives: [] }, 400, 'invalid-request'],
    [{ name: '', positives: ['item/1'] }, 400, 'invalid-request'],
    [{ name: 'n', positives: ['nobody'] }, 404, 'item-not-found'],
    [{ name: 'n', positives: ['item/1'], negatives: ['item/1'] }, 400, 'invalid-request'],
    [{ name: 'taken', positives: ['item/1'] }, 409, 'conflict'],
    [{ name: 'n', positives: ['item/1'], basis: 'magic' }, 400, 'invalid-request'],
  ])('%j is refused', async (body, status, code) => {
    if (body.name === 'taken') await create(dataset, { name: 'taken', positives: ['item/1'] });
    const answer = await create(dataset, body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect((await call(`${dataset}/list_autotags`)).body.map(({ name }: any) => name)).not.toContain('n');
  });

  test('examples without vectors end the job with a sentence, and an unknown name is told by its name', async () => {
    const head = await create(dataset, { name: 'bare', positives: ['bare'] });
    expect(await finished(head.body.job_id)).toMatchObject({ status: 'Errored_User' });
    const { body } = await call(`${dataset}/list_autotags`);
    expect(body.find(({ name }: any) => name === 'bare')).toMatchObject({ status: 'Errored' });
    const missing = await call(`dataset/${dataset}/autotag/nobody/taggedItems`, { score_threshold: 0 });
    expect([missing.status, missing.body]).toEqual([
      404,
      { error: `The autotag nobody was not found in dataset ${dataset}.` },
    ]);
    const other = await cloud.makeKey({ tenant: 'somebody-else' });
    expect((await call(`autotag/${head.body.autotag_id}/refinementMetrics`, undefined, other)).status).toBe(404);
  });

  test('a slice is sampled from the items whose score is in a range', async () => {
    const examples = { positives: named(some(isNight, 8)), negatives: named(some((i) => !isNight(i), 8)) };
    const { autotag_id, job_id } = (await create(dataset, { name: 'to sample', ...examples })).body;
    await finished(job_id);
    const filters = { autotag: { autotagId: autotag_id, range: [0, 1] } };
    const sample = { name: 's', sampleSize: 50, sampleMethod: 'Random', filters };
    const built = (await call(`dataset/${dataset}/build_slice`, sample)).body;
    await finished(built.job_id);
    const members = (await call(`slice/${built.sliceId}/itemsPage`, { pageToken: null, pageSize: 100 })).body.items;
    expect(members).toHaveLength(50);
    expect(members.filter(({ ref_id }: any) => !nights.includes(ref_id))).toEqual([]);
  });

  test('a deleted autotag is gone for every route, its name is free, and no row of it is left', async () => {
    const { autotag_id, job_id } = (await create(dataset, { name: 'short', positives: ['item/0'] })).body;
    await finished(job_id);
    const gone = await send(`${cloud.url}/v1/nucleus/autotag/${autotag_id}`, {
      key: cloud.adminKey,
      method: 'DELETE',
      body: {},
    });
    expect(gone.status).toBe(200);
    expect((await call(`autotag/${autotag_id}/refinementMetrics`)).status).toBe(404);
    expect((await create(dataset, { name: 'short', positives: ['item/0'] })).status).toBe(200);
    const { db, close } = await openDatabase(cloud.databaseUrl, () => undefined);
    await eventually('its rows to go', 10_000, async () => {
      const scores = await db.selectFrom('autotag_scores').select('seq').where('autotag_id', '=', autotag_id).execute();
      const row = await db.selectFrom('autotags').select('id').where('id', '=', autotag_id).executeTakeFirst();
      return scores.length === 0 && row === undefined ? true : undefined;
    });
    await close();
  });
});
