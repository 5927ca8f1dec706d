/** What the queue promises, on both databases: one worker a job, takeover, back-off, cancellation, effects once. */

import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@nucleus/shared/failure/app-error';
import { expect, test } from 'vitest';
import { cancelJob } from '../../cloud-api/src/job-queue/cancel-job.ts';
import { enqueueJob } from '../../cloud-api/src/job-queue/enqueue-job.ts';
import type { JobHandler } from '../../cloud-api/src/job-queue/job.ts';
import { createTenant } from '../../cloud-api/src/tenants/create-tenant.ts';
import { eventually } from '../builders/eventually.ts';
import { type AJobStore, aJobStore } from './a-job-store.ts';
import { onEachDatabase } from './on-each-database.ts';

onEachDatabase('the job queue', (open) => {
  const aStore = (): Promise<AJobStore> => aJobStore(open);
  const finish: JobHandler = ({ step }) => step(async () => ({ completedSteps: 1, end: { message: { did: 'it' } } }));

  test('two workers never run one job', async () => {
    const store = await aStore();
    const jobs = await Promise.all(Array.from({ length: 60 }, () => store.add()));
    const runs: string[] = [];
    const handler: JobHandler = async (run) => {
      runs.push(run.job.jobId);
      await finish(run);
    };
    store.work(handler, { slots: 3 });
    store.work(handler, { on: store.databases[1], slots: 3 });
    for (const job of jobs) await store.ended(job);
    expect(runs.toSorted()).toEqual(jobs.toSorted());
  });

  test.each([
    [{ perTenant: 2 }, 2],
    [{ perHost: 2 }, 2],
    [{}, 3],
  ])('with %j, slow jobs of one tenant and host take %i of 3 places', async (share, most) => {
    const store = await aStore();
    const other = await createTenant(store.db, 'test', 'two', Date.now());
    const started: string[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    for (let n = 0; n < 5; n += 1) await store.add({ host: 'slow.test' });
    store.work(
      async (run) => {
        started.push(run.job.tenantId);
        if (run.job.host === 'slow.test') await held;
        await finish(run);
      },
      { slots: 3, ...share },
    );
    await eventually('the slow jobs', 5_000, () => started.length === most || undefined);
    const acting = { ...store.acting(), tenantId: other.tenantId };
    const job = await enqueueJob(store.db, acting, { kind: 'try', datasetId: null, requestKey: null, input: {} });
    // With no share it is not begun before slow jobs end, and those that came earlier are before it.
    if (most < 3) await store.ended(job);
    release();
    await store.ended(job);
    expect(started.indexOf(other.tenantId)).toBe(most < 3 ? 2 : 5);
  });

  test('a finished job says so, and keeps neither its input nor its checkpoint', async () => {
    const store = await aStore();
    const job = await store.add({ input: { path: 'secret/path' }, totalSteps: 7 });
    store.work(async ({ step }) => {
      await step(async () => ({ checkpoint: { at: 'secret/path' }, completedSteps: 3, errors: ['one', 'two'] }));
      await step(async () => ({ completedSteps: 5, errors: ['three'], end: { message: { a: 1 } } }));
    });
    const row = await store.ended(job);
    expect(row).toMatchObject({
      state: 'completed',
      completed_steps: 5,
      total_steps: 5,
      error_count: 3,
      message: '{"a":1}',
      input: '{}',
      checkpoint: null,
      locked_by: null,
    });
    const errors = await store.db.selectFrom('job_errors').select(['n', 'error']).orderBy('n').execute();
    expect(errors.map(({ n, error }) => `${n} ${error}`)).toEqual(['1 one', '2 two', '3 three']);
    expect(JSON.stringify(row)).not.toContain('secret');
  });

  test('a lease that ran out is taken over from the checkpoint, and the first worker can write nothing more', async () => {
    const store = await aStore();
    const job = await store.add();
    let stuck = (): void => undefined;
    const release = new Promise<void>((resolve) => {
      stuck = resolve;
    });
    const late: unknown[] = [];
    // A worker that stops living: it commits one step and then neither beats nor works.
    store.work(async ({ job: held, step }) => {
      await step(async () => ({ checkpoint: { at: 1 }, completedSteps: 1, errors: ['of the first'] }));
      await store.db.updateTable('jobs').set({ locked_until: 1 }).where('id', '=', held.jobId).execute();
      await release;
      await step(async () => ({ errors: ['too late'], end: { message: { by: 'first' } } })).then(
        () => late.push('written'),
        (error) => {
          late.push(error.name);
          throw error;
        },
      );
    });
    await eventually('the first step', 5_000, async () => (await store.row(job)).completed_steps === 1 || undefined);
    await eventually('the lapse', 5_000, async () => (await store.row(job)).locked_until === 1 || undefined);
    store.work(
      async ({ job: taken, step }) => {
        expect(taken.checkpoint).toEqual({ at: 1 });
        // The first wakes up while the second holds the job: its write would mix with this one's.
        stuck();
        await eventually('the late write', 5_000, () => late[0]);
        await step(async () => ({ completedSteps: 2, end: { message: { by: 'second' } } }));
      },
      { on: store.databases[1] },
    );
    await store.ended(job);
    expect(late).toEqual(['LeaseLost']);
    expect(await store.row(job)).toMatchObject({ state: 'completed', message: '{"by":"second"}', error_count: 1 });
  });

  test('heartbeats keep a job that takes longer than its lease', async () => {
    const store = await aStore();
    const job = await store.add();
    let runs = 0;
    const slow: JobHandler = async (run) => {
      runs += 1;
      const until = Date.now() + 1_600;
      await eventually('time to pass', 5_000, () => Date.now() > until || undefined);
      await finish(run);
    };
    store.work(slow, { leaseMs: 600 });
    store.work(slow, { leaseMs: 600, on: store.databases[1] });
    await store.ended(job);
    expect(runs).toBe(1);
  });

  test('what fails is tried five times, later each time, and then is the server’s error', async () => {
    const store = await aStore();
    const job = await store.add();
    let runs = 0;
    store.work(async () => {
      runs += 1;
      throw new Error('secret reason');
    });
    const row = await store.ended(job);
    expect([runs, row.state, row.message]).toEqual([
      5,
      'errored_server',
      '{"final_error":"The job failed on the server."}',
    ]);
  });

  test('attempts are counted anew once a job moves', async () => {
    const store = await aStore();
    const job = await store.add();
    let runs = 0;
    store.work(async ({ job: held, step }) => {
      runs += 1;
      const at = (held.checkpoint as number | undefined) ?? 0;
      if (at === 8) return finish({ job: held, step } as Parameters<JobHandler>[0]);
      await step(async () => ({ checkpoint: at + 1 }));
      throw new Error('again');
    });
    expect((await store.ended(job)).state).toBe('completed');
    expect(runs).toBe(9);
  });

  test('what the user did wrong is told at once and not tried again', async () => {
    const store = await aStore();
    const job = await store.add();
    let runs = 0;
    store.work(async () => {
      runs += 1;
      throw new AppError('dataset-not-found', 'There is no dataset.');
    });
    const row = await store.ended(job);
    expect([runs, row.state, row.message]).toEqual([1, 'errored_user', '{"final_error":"There is no dataset."}']);
  });

  test('a job whose workers all die ends after its last lease', async () => {
    const store = await aStore();
    const job = await store.add();
    await store.db.updateTable('jobs').set({ attempts: 5, locked_by: 'dead', locked_until: 5 }).execute();
    store.work(finish);
    expect((await store.ended(job)).state).toBe('errored_server');
  });

  test('a step that throws leaves neither effect nor progress nor errors', async () => {
    const store = await aStore();
    const job = await store.add();
    let runs = 0;
    store.work(async (run) => {
      runs += 1;
      await run.step(async (tx) => {
        await createTenant(tx as never, 'test', `made-${runs}`, Date.now()).catch(() => undefined);
        await tx
          .insertInto('store_meta')
          .values({ name: `made-${runs}`, value: 'x' })
          .execute();
        if (runs === 1) throw new Error('after the effect');
        return { completedSteps: 1, end: { message: {} } };
      });
    });
    await store.ended(job);
    const made = await store.db.selectFrom('store_meta').select('name').where('name', 'like', 'made-%').execute();
    expect(made).toEqual([{ name: 'made-2' }]);
  });

  test('cancelling ends a waiting job at once and a running one at its next border; what it did stays', async () => {
    const store = await aStore();
    const waiting = await store.add();
    expect(await cancelJob(store.db, store.acting(), waiting)).toBe(true);
    expect((await store.row(waiting)).state).toBe('cancelled');
    const running = await store.add();
    store.work(async ({ step, signal }) => {
      for (let at = 1; ; at += 1) {
        signal.throwIfAborted();
        await step(async () => ({ completedSteps: at, totalSteps: 1_000_000 }));
        await delay(5);
      }
    });
    await eventually('progress', 5_000, async () => (await store.row(running)).completed_steps > 2 || undefined);
    expect(await cancelJob(store.db, store.acting(), running)).toBe(true);
    const row = await store.ended(running);
    expect(row.state).toBe('cancelled');
    expect(row.completed_steps).toBeGreaterThan(2);
    expect(await cancelJob(store.db, store.acting(), running)).toBe(false);
    await expect(cancelJob(store.db, { ...store.acting(), tenantId: 'ten_other' }, running)).rejects.toMatchObject({
      code: 'job-not-found',
    });
  });

  test('closing gives a running job back without counting an attempt, and another worker goes on', async () => {
    const store = await aStore();
    const job = await store.add();
    const first = store.work(async ({ step, signal }) => {
      await step(async () => ({ checkpoint: { at: 1 }, completedSteps: 1 }));
      signal.throwIfAborted();
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    await eventually('the first step', 5_000, async () => (await store.row(job)).completed_steps === 1 || undefined);
    const startedAt = performance.now();
    await first.close(5_000);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(await store.row(job)).toMatchObject({ attempts: 0, locked_by: null, locked_until: 0, ended_at: null });
    store.work(finish, { on: store.databases[1] });
    expect((await store.ended(job)).state).toBe('completed');
  });

  test('a long job leaves the event loop its turns', async () => {
    const store = await aStore();
    const job = await store.add();
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
    }, 1);
    store.work(async ({ step }) => {
      const until = Date.now() + 300;
      while (Date.now() < until) await step(async () => ({ completedSteps: 1 }));
      await step(async () => ({ end: { message: { turns } } }));
    });
    const { message } = await store.ended(job);
    clearInterval(ticking);
    expect(JSON.parse(message).turns).toBeGreaterThan(10);
  });

  test('a request that arrives twice, even at once, makes one job', async () => {
    const store = await aStore();
    const { db } = store.databases[1];
    const same = { kind: 'try', datasetId: null, requestKey: 'upload:ds:1', input: {} };
    const ids = await Promise.all(
      Array.from({ length: 8 }, (_, at) => enqueueJob(at % 2 === 0 ? store.db : db, store.acting(), same)),
    );
    expect(new Set(ids).size).toBe(1);
    expect(await store.db.selectFrom('jobs').select('id').execute()).toEqual([{ id: ids[0] }]);
  });

  test('the newest 10,000 errors are kept', async () => {
    const store = await aStore();
    const job = await store.add();
    store.work(async ({ step }) => {
      for (let from = 0; from < 10_500; from += 3_500) {
        const errors = Array.from({ length: 3_500 }, (_, at) => `error ${from + at}`);
        await step(async () => ({ errors, ...(from === 7_000 ? { end: { message: {} } } : {}) }));
      }
    });
    expect((await store.ended(job)).error_count).toBe(10_500);
    const errors = await store.db.selectFrom('job_errors').select('error').orderBy('n').execute();
    expect([errors.length, errors[0]?.error, errors.at(-1)?.error]).toEqual([10_000, 'error 500', 'error 10499']);
  });
});
