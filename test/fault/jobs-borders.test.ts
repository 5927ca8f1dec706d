/**
 * Every kind of job is cut off at every one of its borders, just before and just after each commit, and then goes on: what it leaves is what
 * an undisturbed run leaves.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAttachments } from '../../cloud-api/src/attachments/open-attachments.ts';
import { reclaimObject } from '../../cloud-api/src/attachments/sweep-objects.ts';
import { CloudConfig } from '../../cloud-api/src/config.ts';
import { type OpenDatabase, openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { createMetrics } from '../../cloud-api/src/http/metrics.ts';
import type { JobHandler } from '../../cloud-api/src/job-queue/job.ts';
import { openQueue } from '../../cloud-api/src/job-queue/open-queue.ts';
import { openDiskStore } from '../../cloud-api/src/objects/disk-store.ts';
import { Projections } from '../../cloud-api/src/search/projections.ts';
import { openSources } from '../../cloud-api/src/serve/open-sources.ts';
import { type JobStores, workHandlers } from '../../cloud-api/src/serve/run-jobs.ts';
import { createTenant } from '../../cloud-api/src/tenants/create-tenant.ts';
import { openUploadStore } from '../../cloud-api/src/uploads/upload-store.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { eventually } from '../builders/eventually.ts';
import { onEachDatabase } from '../contract/on-each-database.ts';
import { jobCases, vectorFile } from './job-cases.ts';
import type { JobCase } from './job-ground.ts';

/** Where a run is cut off: at the commit of step `step`, counted from 1 over all attempts. */
interface Cut {
  step: number;
  when: 'before' | 'after';
}

onEachDatabase('a job that is cut off at a border', (open) => {
  let data: string;
  let database: OpenDatabase;
  let drop: () => Promise<void>;
  let stores: Omit<JobStores, 'linkSecret'>;
  let handlers: Readonly<Record<string, JobHandler>>;
  let files: PictureServer;
  let tenantId: string;
  beforeAll(async () => {
    const fresh = await open();
    drop = fresh.drop;
    data = await mkdtemp(join(tmpdir(), 'job-borders-'));
    database = await openDatabase(fresh.url ?? `sqlite:${join(data, 'cloud.db')}`, () => undefined);
    files = await aPictureServer({ '/vectors.json': Buffer.from(vectorFile) });
    const config = CloudConfig.parse({ data, fetch_allow: [files.host] });
    const sources = openSources(config, { givenKey: undefined }, data, database.db);
    stores = {
      attachments: await openAttachments({
        objects: await openDiskStore(join(data, 'objects')),
        staging: join(data, 'incoming'),
        sources: sources.locate,
        decodeChild: new URL('../../cloud-api/dist/attachments/decode/decode-child.js', import.meta.url),
        reclaim: (tenant, sha256) => reclaimObject(database.db, tenant, sha256),
      }),
      uploads: openUploadStore(join(data, 'uploads')),
      projections: new Projections(database.db, join(data, 'search'), database.storeEpoch),
      publicOrigin: 'http://cloud.test',
    };
    handlers = workHandlers(database.db, stores);
    ({ tenantId } = await createTenant(database.db, 'test', 'one', Date.now()));
  });
  afterAll(async () => {
    await stores.attachments.close();
    await stores.projections.close();
    await database.close();
    await files.close();
    await drop();
    await rm(data, { recursive: true, force: true });
  });

  /** A handler that dies once at `cut`; `steps` counts what was tried. */
  const cutOff = (handler: JobHandler, cut: Cut | undefined, steps: { count: number }): JobHandler => {
    return (run) =>
      handler({
        ...run,
        step: async (effect) => {
          steps.count += 1;
          const isCut = steps.count === cut?.step;
          await run.step(async (tx) => {
            const result = await effect(tx);
            if (isCut && cut?.when === 'before') throw new Error('the process died before the commit');
            return result;
          });
          if (isCut && cut?.when === 'after') throw new Error('the process died after the commit');
        },
      });
  };

  /** Runs a case over a fresh dataset and answers all that it left, without ids, and how many steps it took. */
  const runCase = async (each: JobCase, cut?: Cut, change = (handler: JobHandler): JobHandler => handler) => {
    const acting = { tenantId, actor: 'test', nowMs: Date.now() };
    const { jobId, datasetId } = await each.start({ db: database.db, stores, acting, filesUrl: files.origin });
    const steps = { count: 0 };
    const { kind } = await database.db
      .selectFrom('jobs')
      .select('kind')
      .where('id', '=', jobId)
      .executeTakeFirstOrThrow();
    const queue = openQueue({
      db: database.db,
      claimLock: database.claimLock,
      lanes: [{ slots: 1, handlers: { [kind]: cutOff(change(handlers[kind] as JobHandler), cut, steps) } }],
      times: { leaseMs: 30_000, heartbeatMs: 10_000, pollMs: 5, backoff: { firstMs: 1, maxMs: 2 } },
      clock: Date.now,
      random: () => 0.5,
      log: pino({ level: 'silent' }),
      metrics: createMetrics(),
    });
    await eventually('the end of the job', 10_000, async () => {
      const row = await database.db.selectFrom('jobs').select('ended_at').where('id', '=', jobId).executeTakeFirst();
      return row?.ended_at ?? undefined;
    });
    await queue.close(5_000);
    return { left: withoutIds(await whatIsLeft(jobId, datasetId)), steps: steps.count };
  };

  const whatIsLeft = async (jobId: string, datasetId: string) => {
    const { db } = database;
    const job = await db
      .selectFrom('jobs')
      .select(['state', 'message', 'completed_steps', 'total_steps', 'error_count'])
      .where('id', '=', jobId)
      .executeTakeFirstOrThrow();
    const errors = await db.selectFrom('job_errors').select('error').where('job_id', '=', jobId).orderBy('n').execute();
    const lists = await db
      .selectFrom('job_lists')
      .select(['name', 'n', 'part'])
      .where('job_id', '=', jobId)
      .orderBy('name')
      .orderBy('n')
      .execute();
    const items = await db
      .selectFrom('items')
      .select(['seq', 'reference_id', 'state', 'user_metadata'])
      .where('dataset_id', '=', datasetId)
      .orderBy('seq')
      .execute();
    const vectors = await db
      .selectFrom('item_vectors')
      .select(['seq', 'vector'])
      .where('dataset_id', '=', datasetId)
      .orderBy('seq')
      .execute();
    const objectVectors = await db
      .selectFrom('object_vectors')
      .select(['seq', 'vector'])
      .where('dataset_id', '=', datasetId)
      .orderBy('seq')
      .execute();
    const indexes = await db
      .selectFrom('embedding_indexes')
      .select(['kind', 'state', 'dimension'])
      .where('dataset_id', '=', datasetId)
      .execute();
    const labels = await db
      .selectFrom('labels')
      .select(['run_id', 'seq', 'identity', 'body'])
      .where('dataset_id', '=', datasetId)
      .orderBy('seq')
      .execute();
    const totals = await db
      .selectFrom('label_totals')
      .select(['run_id', 'seq', 'totals'])
      .where('dataset_id', '=', datasetId)
      .orderBy('seq')
      .execute();
    const members = await db
      .selectFrom('slice_items')
      .select('seq')
      .where('dataset_id', '=', datasetId)
      .orderBy('seq')
      .execute();
    const slices = await db
      .selectFrom('slices')
      .select(['name', 'pending_jobs'])
      .where('dataset_id', '=', datasetId)
      .execute();
    const autotags = await db
      .selectFrom('autotags')
      .select(['name', 'state', 'generation', 'refinement_steps', 'refinement_positives'])
      .where('dataset_id', '=', datasetId)
      .execute();
    const scores = await db
      .selectFrom('autotag_scores')
      .select(['generation', 'seq', 'score_millionths'])
      .where('dataset_id', '=', datasetId)
      .orderBy('seq')
      .execute();
    const scenes = await db
      .selectFrom('scenes')
      .select(['reference_id', 'seq', 'structure'])
      .where('dataset_id', '=', datasetId)
      .orderBy('seq')
      .execute();
    const frames = await db
      .selectFrom('scene_frames')
      .select(['frame', 'sensor', 'item_seq'])
      .where('dataset_id', '=', datasetId)
      .orderBy('item_seq')
      .execute();
    const { live_count } = await db
      .selectFrom('datasets')
      .select('live_count')
      .where('id', '=', datasetId)
      .executeTakeFirstOrThrow();
    const folder = join(data, 'objects', 'results', tenantId, jobId);
    const names = (await readdir(folder).catch(() => [])).toSorted();
    const results = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    return {
      job,
      errors,
      lists,
      items,
      labels,
      totals,
      vectors,
      objectVectors,
      indexes,
      members,
      slices,
      autotags,
      scores,
      scenes,
      frames,
      live_count,
      results,
    };
  };

  test('every kind of job is here', () => {
    const cased = new Set(jobCases.map(({ name }) => name.split(',')[0]));
    expect(Object.keys(handlers).filter((kind) => !cased.has(kind))).toEqual([]);
  });

  test.each(jobCases)('$name: the same result from every border', async (each) => {
    const whole = await runCase(each);
    expect(JSON.parse(whole.left).job.state).toBe('completed');
    expect(whole.steps).toBeGreaterThanOrEqual(each.leastSteps);
    for (let step = 1; step <= whole.steps; step++) {
      for (const when of ['before', 'after'] as const) {
        const cut = await runCase(each, { step, when });
        expect(cut.left, `${when} step ${step}`).toBe(whole.left);
      }
    }
  });

  test('the comparison sees a handler that starts from the beginning', async () => {
    const append = jobCases.find(({ name }) => name === 'uploadDatasetItems') as JobCase;
    const whole = await runCase(append);
    const forgetful = (handler: JobHandler): JobHandler => {
      return (run) => handler({ ...run, job: { ...run.job, checkpoint: undefined } });
    };
    expect((await runCase(append, { step: 2, when: 'before' }, forgetful)).left).not.toBe(whole.left);
  });
});

function withoutIds(left: object): string {
  return JSON.stringify(left).replace(/\b(ds|di|slc|job|idx|run|prj|tag|scn)_[a-z0-9]{20}\b/g, '$1_');
}
