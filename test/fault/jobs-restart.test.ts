/** A job survives the death of its process: the next one goes on where it was, and the result is what it would have been. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { aProgram, type RunningProgram } from '../builders/a-process.ts';
import { eventually } from '../builders/eventually.ts';
import { onEachDatabase } from '../contract/on-each-database.ts';
import { send } from '../contract/send.ts';

const key = `live_${'k'.repeat(43)}`;
const amount = 8_000;
/** Items of the metadata update, which has an entry for each and as many for items that are not there. */
const known = 3_000;

onEachDatabase('a job whose process is killed', (open) => {
  /** A built cloud in a process of its own, over a database and a folder that outlive it. */
  const aStore = async () => {
    const database = await open();
    const data = await mkdtemp(join(tmpdir(), 'jobs-restart-'));
    const databaseUrl = database.url ?? `sqlite:${join(data, 'cloud.db')}`;
    const running = new Set<RunningProgram>();
    onTestFinished(async () => {
      await Promise.all([...running].map((program) => program.stop('SIGKILL')));
      await database.drop();
      await rm(data, { recursive: true, force: true });
    });
    const config = join(data, 'config.yaml');
    await writeFile(
      config,
      ['cloud:', `  data: ${data}`, '  listen: 127.0.0.1:0', `  database: ${databaseUrl}`, '  job_lease_s: 2'].join(
        '\n',
      ),
    );
    return {
      databaseUrl,
      start: async (...flags: string[]) => {
        const program = aProgram('cloud', ['serve', '--config', config, ...flags], { env: { NUCLEUS_CLOUD_KEY: key } });
        running.add(program);
        const [, url = ''] = await program.printed(/ready at (http:\S+)/);
        return { program, url };
      },
    };
  };
  const call = (url: string, route: string, options: Parameters<typeof send>[1] = {}) =>
    send(`${url}/v1/nucleus/${route}`, { key, ...options });
  const aDataset = async (url: string): Promise<string> =>
    (await call(url, 'dataset/create', { body: { name: 'set', use_privacy_mode: true } })).body.dataset_id;
  /** Every hundredth line is refused and every line of the second half is known from the first. */
  const lines = Array.from({ length: amount }, (_, at) =>
    JSON.stringify({
      reference_id: `item/${at % (amount / 2)}`,
      image_url: at % 100 === 7 ? '' : `https://images.test/${at}.jpg`,
      width: 1,
      height: 1,
      metadata: { at },
    }),
  );
  const refused = amount / 100;
  const fresh = amount / 2 - refused / 2;

  const startAppend = async (url: string): Promise<{ id: string; jobId: string }> => {
    const id = await aDataset(url);
    const { signed_url } = (await call(url, `dataset/${id}/signedUrl/r1`)).body;
    expect((await fetch(signed_url, { method: 'PUT', body: lines.join('\n') })).status).toBe(200);
    const { job_id } = (await call(url, `dataset/${id}/append?async=1`, { body: { requestId: 'r1', update: false } }))
      .body;
    return { id, jobId: job_id };
  };
  const startMetadata = async (url: string): Promise<{ id: string; jobId: string }> => {
    const id = await aDataset(url);
    const items = Array.from({ length: known }, (_, at) => ({
      reference_id: `item/${at}`,
      image_url: 'https://images.test/a.jpg',
      width: 1,
      height: 1,
      metadata: { keep: at },
    }));
    await call(url, `dataset/${id}/append`, { body: { items } });
    const metadata = Array.from({ length: 2 * known }, (_, at) => ({
      reference_id: `item/${at}`,
      metadata: { added: at },
    }));
    const { job_id } = (await call(url, `dataset/${id}/metadata?async=1`, { body: { level: 'item', metadata } })).body;
    return { id, jobId: job_id };
  };
  /** Waits for progress, kills, and answers how far the job had come. */
  const killInTheMiddle = async (program: RunningProgram, url: string, jobId: string): Promise<void> => {
    await eventually('progress', 10_000, async () => {
      const { body } = await call(url, `job/${jobId}`);
      if (body.status !== 'Running') throw new Error('the job ended before the kill: make it longer');
      return body.completed_steps > 0 || undefined;
    });
    await program.stop('SIGKILL');
  };
  const finished = (url: string, jobId: string): Promise<any> =>
    eventually('the end of the job', 60_000, async () => {
      const { body } = await call(url, `job/${jobId}`);
      return body.status === 'Running' ? undefined : body;
    });
  /** How far the killed process had come; the test means nothing unless that is somewhere in the middle. */
  const stepsLeft = async (databaseUrl: string): Promise<number> => {
    const { db, close } = await openDatabase(databaseUrl, () => undefined);
    const row = await db.selectFrom('jobs').select(['completed_steps', 'total_steps', 'ended_at']).executeTakeFirst();
    await close();
    expect(row?.ended_at).toBeNull();
    expect(row?.completed_steps).toBeGreaterThan(0);
    return (row?.total_steps ?? 0) - (row?.completed_steps ?? 0);
  };

  test('an append goes on at the next chunk: no item lost, none twice, every error once', async () => {
    const store = await aStore();
    const first = await store.start();
    const { id, jobId } = await startAppend(first.url);
    await killInTheMiddle(first.program, first.url, jobId);
    expect(await stepsLeft(store.databaseUrl)).toBeGreaterThan(0);
    const { url } = await store.start();
    expect(await finished(url, jobId)).toMatchObject({
      status: 'Completed',
      completed_steps: amount,
      total_steps: amount,
      job_progress: '1.00',
      message: {
        new_items: fresh,
        updated_items: 0,
        ignored_items: amount - fresh - refused,
        upload_errors: refused,
      },
    });
    expect((await call(url, `dataset/${id}/size`)).body).toEqual({ count: fresh });
    expect((await call(url, `job/${jobId}/errors`)).body).toHaveLength(refused);
    const { items } = (await call(url, `dataset/${id}/itemsPage`, { body: { pageToken: null, pageSize: 100_000 } }))
      .body;
    const expected = Array.from({ length: amount / 2 }, (_, at) => at).filter((at) => at % 100 !== 7);
    expect(items.map((item: any) => item.metadata.at)).toEqual(expected);
  });

  test('a metadata update goes on and ends as if nothing had happened', async () => {
    const store = await aStore();
    const first = await store.start();
    const { id, jobId } = await startMetadata(first.url);
    await killInTheMiddle(first.program, first.url, jobId);
    expect(await stepsLeft(store.databaseUrl)).toBeGreaterThan(0);
    const { url } = await store.start();
    expect(await finished(url, jobId)).toMatchObject({
      status: 'Completed',
      completed_steps: 2 * known,
      message: { updated_items: known, errored_items: known },
    });
    const { items } = (await call(url, `dataset/${id}/itemsPage`, { body: { pageToken: null, pageSize: 100_000 } }))
      .body;
    expect(items.every(({ metadata }: any) => metadata.keep === metadata.added)).toBe(true);
    expect((await call(url, `job/${jobId}/errors`)).body).toHaveLength(known);
  });

  test('a stop in the middle gives the job back within the limit', async () => {
    const store = await aStore();
    const first = await store.start();
    const { id, jobId } = await startAppend(first.url);
    await eventually('progress', 10_000, async () => {
      return (await call(first.url, `job/${jobId}`)).body.completed_steps > 0 || undefined;
    });
    const startedAt = performance.now();
    expect(await first.program.stop('SIGTERM')).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    const { url } = await store.start();
    await finished(url, jobId);
    expect((await call(url, `dataset/${id}/size`)).body).toEqual({ count: fresh });
  });
});
