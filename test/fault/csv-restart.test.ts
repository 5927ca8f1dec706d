/** An import of a CSV survives kill -9 of its worker: it goes on at the next chunk, and every row is one item or one task. */
import { expect, test } from 'vitest';
import { aJpeg } from '../builders/a-picture.ts';
import { eventually } from '../builders/eventually.ts';
import { onEachDatabase } from '../contract/on-each-database.ts';
import { aKilledCloud, type KilledCloud } from './a-killed-cloud.ts';

/** SQLite takes rows faster, and the kill must come before the last. */
const textsOf = ({ isShared }: KilledCloud): number => (isShared ? 1_000 : 3_000);
const pictures = 200;
const lastPicture = `/csv/${pictures - 1}.jpg`;

const csvJob = async (store: KilledCloud, target: Record<string, string>, lines: string[]): Promise<string> => {
  const raw = Buffer.from(lines.join('\n'));
  const pairs = Object.entries({ name: 'a.csv', purpose: 'csv', ...target });
  const { headers } = await store.call('uploads', {
    method: 'POST',
    raw,
    headers: {
      'tus-resumable': '1.0.0',
      'upload-length': String(raw.length),
      'upload-metadata': pairs.map(([name, value]) => `${name} ${btoa(value)}`).join(','),
      'content-type': 'application/offset+octet-stream',
    },
  });
  const place = (headers.get('location') as string).replace('/v1/', '');
  const run = async (which: string) => (await store.call(`${place}/csv`, { body: { run: which } })).body.job_id;
  expect(await ended(store, await run('check'))).toMatchObject({ status: 'Completed', message: { failed: 0 } });
  return run('import');
};
const ended = (store: KilledCloud, jobId: string): Promise<any> =>
  eventually('the end of the job', 60_000, async () => {
    const { body } = await store.call(`nucleus/job/${jobId}`);
    return body.status === 'Running' ? undefined : body;
  });
const startTasks = async (store: KilledCloud): Promise<string> => {
  await store.call('projects', { body: { name: 'texts', type: 'textcollection' } });
  const rows = Array.from({ length: textsOf(store) }, (_, n) => `Text ${n},${n}`);
  return csvJob(store, { project: 'texts' }, ['text,n', ...rows]);
};
const startItems = async (store: KilledCloud): Promise<string> => {
  const picture = await aJpeg({ seed: 8 });
  for (let n = 0; n < pictures; n += 1) store.pictures.answer(`/csv/${n}.jpg`, picture);
  // waits for the kill: the worker that asks first is never answered
  store.pictures.answer(lastPicture, () => store.pictures.answer(lastPicture, picture));
  const { dataset_id } = (await store.call('nucleus/dataset/create', { body: { name: 'csv' } })).body;
  const rows = Array.from({ length: pictures }, (_, n) => `${store.pictures.origin}/csv/${n}.jpg,${n}`);
  return csvJob(store, { dataset_id }, ['attachment_url,n', ...rows]);
};
/** Kills in the middle of every job: the test means nothing unless each is somewhere between its first and its last row. */
const killWithin = async (store: KilledCloud, jobs: readonly string[], isDue = () => true): Promise<void> => {
  // asked of the program: opening its database would wait for what it writes
  const done = async (id: string): Promise<number> => (await store.call(`nucleus/job/${id}`)).body.completed_steps;
  await eventually('progress', 20_000, async () => {
    const counts = await Promise.all(jobs.map(done));
    return (isDue() && counts.every((count) => count > 0)) || undefined;
  });
  await store.kill();
  const ended = await store.query((db) =>
    db.selectFrom('jobs').select('id').where('id', 'in', jobs).where('ended_at', 'is not', null).execute(),
  );
  expect(ended, 'jobs that were over before the kill').toEqual([]);
};

onEachDatabase('a CSV import whose worker is killed', (open) => {
  test('goes on at the next chunk: no row lost, none twice, all of them in the report', async () => {
    const store = await aKilledCloud(open);
    const jobs = [await startTasks(store)];
    await killWithin(store, jobs);
    await store.restart();
    jobs.push(await startItems(store));
    await killWithin(store, jobs.slice(1), () => store.pictures.requests.includes(lastPicture));
    await store.restart();
    const texts = textsOf(store);
    const [tasks, items] = await Promise.all(jobs.map((id) => ended(store, id)));
    expect(tasks).toMatchObject({ status: 'Completed', message: { rows: texts, created: texts, failed: 0 } });
    expect(items).toMatchObject({ status: 'Completed', message: { rows: pictures, created: pictures, failed: 0 } });
    const found = await store.query(async (db) => ({
      texts: (await db.selectFrom('tasks').select('metadata').execute()).map(({ metadata }) => JSON.parse(metadata).n),
      items: (await db.selectFrom('items').select('user_metadata').execute()).map(
        ({ user_metadata }) => JSON.parse(user_metadata).n,
      ),
      report: (await db.selectFrom('csv_rows').select('state').where('run', '=', 'import').execute()).length,
    }));
    const upTo = (length: number) => Array.from({ length }, (_, n) => n);
    const sorted = (numbers: number[]) => numbers.toSorted((a, b) => a - b);
    expect(sorted(found.texts)).toEqual(upTo(texts));
    expect(sorted(found.items)).toEqual(upTo(pictures));
    expect(found.report).toBe(texts + pictures);
    expect(await store.stored()).toBe(1);
  });
});

test('the control: an import that forgets where it was makes tasks twice', async () => {
  const store = await aKilledCloud(async () => ({ url: undefined, drop: async () => undefined }));
  const job = await startTasks(store);
  await killWithin(store, [job]);
  await store.query(async (db) => {
    await db.updateTable('jobs').set({ checkpoint: null }).where('id', '=', job).execute();
    await db.deleteFrom('csv_rows').execute();
  });
  await store.restart();
  await ended(store, job);
  const made = await store.query((db) => db.selectFrom('tasks').select('id').execute());
  expect(made.length).toBeGreaterThan(textsOf(store));
});
