/** A fresh database with jobs in it, and workers over it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import { type OpenDatabase, openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { createMetrics } from '../../cloud-api/src/http/metrics.ts';
import { enqueueJob } from '../../cloud-api/src/job-queue/enqueue-job.ts';
import type { JobHandler } from '../../cloud-api/src/job-queue/job.ts';
import { type JobQueue, type Lane, openQueue } from '../../cloud-api/src/job-queue/open-queue.ts';
import { createTenant } from '../../cloud-api/src/tenants/create-tenant.ts';
import { eventually } from '../builders/eventually.ts';
import type { TestDatabase } from './on-each-database.ts';

/** A fresh database and queues over it; on PostgreSQL two pools, as two processes have. SQLite has one process. */
export async function aJobStore(open: () => Promise<TestDatabase>) {
  const test = await open();
  const folder = await mkdtemp(join(tmpdir(), 'queue-'));
  const url = test.url ?? `sqlite:${join(folder, 'cloud.db')}`;
  const first = await openDatabase(url, () => undefined);
  const databases = [first, test.url === undefined ? first : await openDatabase(url, () => undefined)] as const;
  const queues: JobQueue[] = [];
  onTestFinished(async () => {
    await Promise.all(queues.map((queue) => queue.close(5_000)));
    for (const database of new Set(databases)) await database.close();
    await test.drop();
    await rm(folder, { recursive: true, force: true });
  });
  const { db } = databases[0];
  const { tenantId } = await createTenant(db, 'test', 'one', Date.now());
  const acting = () => ({ tenantId, actor: 'test', nowMs: Date.now() });
  return {
    db,
    databases,
    acting,
    add: (over: object = {}) =>
      enqueueJob(db, acting(), { kind: 'try', datasetId: null, requestKey: null, input: {}, ...over }),
    work: (
      handler: JobHandler,
      over: { on?: OpenDatabase; leaseMs?: number } & Partial<Omit<Lane, 'handlers'>> = {},
    ) => {
      const { leaseMs = 30_000, on = databases[0], slots = 1, ...share } = over;
      const queue = openQueue({
        db: on.db,
        claimLock: on.claimLock,
        lanes: [{ slots, ...share, handlers: { try: handler } }],
        times: { leaseMs, heartbeatMs: leaseMs / 4, pollMs: 20, backoff: { firstMs: 1, maxMs: 5 } },
        clock: Date.now,
        random: () => 0.5,
        log: pino({ level: 'silent' }),
        metrics: createMetrics(),
      });
      queues.push(queue);
      return queue;
    },
    row: (jobId: string) =>
      db
        .selectFrom('jobs')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('id', '=', jobId)
        .executeTakeFirstOrThrow(),
    ended: (jobId: string) =>
      eventually('the end of the job', 10_000, async () => {
        const row = await db.selectFrom('jobs').selectAll().where('id', '=', jobId).executeTakeFirstOrThrow();
        return row.ended_at === null ? undefined : row;
      }),
  };
}

export type AJobStore = Awaited<ReturnType<typeof aJobStore>>;
