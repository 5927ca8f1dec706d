import { type Kysely, type RawBuilder, sql } from 'kysely';
import { inChunks } from '../database/in-chunks.ts';
import type { JobsTable } from '../database/job-tables.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import type { JobEnd } from './job.ts';

// The literal lets both databases use the partial index jobs_open.
const isOpen = sql<boolean>`ended_at is null`;

/** Adds a job unless one with its request key is there. */
export async function insertJob(db: Database, row: JobsTable): Promise<void> {
  await db
    .insertInto('jobs')
    .values(row)
    .onConflict((conflict) => conflict.columns(['tenant_id', 'request_key']).doNothing())
    .execute();
}

export async function findJobId(db: Database, tenantId: string, requestKey: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('jobs')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('request_key', '=', requestKey)
    .executeTakeFirst();
  return row?.id;
}

/** Jobs of some kinds that are not taken now, because enough of their tenant or their host are running. */
export interface Held {
  kinds: readonly string[];
  tenants: readonly string[];
  hosts: readonly string[];
}

/** Takes the job of one of `kinds` that has been due the longest and is held by nobody, or by somebody whose lease ran out. */
export async function claimJob(
  db: Kysely<Tables>,
  claimLock: RawBuilder<unknown>,
  claim: {
    kinds: readonly string[];
    held: readonly Held[];
    lease: string;
    nowMs: number;
    leaseMs: number;
    mostAttempts: number;
  },
): Promise<JobsTable | undefined> {
  // On PostgreSQL a row-locking common table expression runs once; as a plain subselect it could be run for every row.
  return db
    .with('due', (with_) =>
      with_
        .selectFrom('jobs')
        .select(['tenant_id', 'id'])
        .where(isOpen)
        .where('run_at', '<=', claim.nowMs)
        .where('locked_until', '<=', claim.nowMs)
        .where('attempts', '<', claim.mostAttempts)
        .where('kind', 'in', [...claim.kinds])
        .where((where) =>
          where.and(
            claim.held.flatMap(({ kinds, tenants, hosts }) => {
              const isOther = where('kind', 'not in', [...kinds]);
              return [
                ...(tenants.length === 0 ? [] : [where.or([isOther, where('tenant_id', 'not in', [...tenants])])]),
                ...(hosts.length === 0
                  ? []
                  : [where.or([isOther, where('host', 'is', null), where('host', 'not in', [...hosts])])]),
              ];
            }),
          ),
        )
        .orderBy('run_at')
        .orderBy('id')
        .limit(1)
        .modifyEnd(claimLock),
    )
    .updateTable('jobs')
    .set((set) => ({
      locked_by: claim.lease,
      locked_until: claim.nowMs + claim.leaseMs,
      attempts: set('attempts', '+', 1),
    }))
    .where((where) =>
      where(
        where.refTuple('tenant_id', 'id'),
        'in',
        where.selectFrom('due').select(['due.tenant_id', 'due.id']).$asTuple('tenant_id', 'id'),
      ),
    )
    .returningAll()
    .executeTakeFirst();
}

/** Ends jobs whose last allowed attempt died with its worker. Answers how many. */
export async function endExhausted(
  db: Database,
  nowMs: number,
  limits: { mostAttempts: number; message: string },
): Promise<number> {
  const done = await db
    .updateTable('jobs')
    .set({ ...ended('errored_server', nowMs), message: limits.message })
    .where(isOpen)
    .where('attempts', '>=', limits.mostAttempts)
    .where('locked_until', '<=', nowMs)
    .executeTakeFirst();
  return Number(done.numUpdatedRows);
}

/** What the worker that holds a job must know of it. */
export interface HeldJob {
  cancelRequested: boolean;
  /** Names of its lists must not be stored any more. */
  resultsGone: boolean;
  errorCount: number;
  completedSteps: number;
}

/** Extends a claim; undefined when it no longer holds. */
export async function extendLease(
  db: Database,
  tenantId: string,
  jobId: string,
  claim: { lease: string; lockedUntil: number },
): Promise<HeldJob | undefined> {
  const row = await db
    .updateTable('jobs')
    .set({ locked_until: claim.lockedUntil })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', jobId)
    .where('locked_by', '=', claim.lease)
    .where(isOpen)
    .returning(['cancel_requested', 'results_gone', 'error_count', 'completed_steps'])
    .executeTakeFirst();
  return (
    row && {
      cancelRequested: row.cancel_requested === 1,
      resultsGone: row.results_gone === 1,
      errorCount: row.error_count,
      completedSteps: row.completed_steps,
    }
  );
}

type JobChange = Partial<Omit<JobsTable, 'tenant_id' | 'id' | 'kind' | 'created_at'>>;

/** Changes a job that `lease` holds; answers whether it did. */
export async function changeHeldJob(
  db: Database,
  tenantId: string,
  jobId: string,
  lease: string,
  change: JobChange,
): Promise<boolean> {
  const done = await db
    .updateTable('jobs')
    .set(change)
    .where('tenant_id', '=', tenantId)
    .where('id', '=', jobId)
    .where('locked_by', '=', lease)
    .where(isOpen)
    .executeTakeFirst();
  return Number(done.numUpdatedRows) === 1;
}

/** What the end of a job writes, whatever the reason: input and checkpoint may name items and are not kept. */
export function ended(state: JobEnd, nowMs: number): JobChange {
  return { state, ended_at: nowMs, locked_by: null, locked_until: 0, input: '{}', checkpoint: null, host: null };
}

/** Ends a job that nobody holds. Answers whether it did. */
export async function cancelWaiting(db: Database, tenantId: string, jobId: string, nowMs: number): Promise<boolean> {
  const done = await db
    .updateTable('jobs')
    .set({ ...ended('cancelled', nowMs), cancel_requested: 1 })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', jobId)
    .where(isOpen)
    .where('locked_until', '<=', nowMs)
    .executeTakeFirst();
  return Number(done.numUpdatedRows) === 1;
}

/** Asks the worker that holds a job to end it. Answers whether the job is still open. */
export async function requestCancel(db: Database, tenantId: string, jobId: string): Promise<boolean> {
  const done = await db
    .updateTable('jobs')
    .set({ cancel_requested: 1 })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', jobId)
    .where(isOpen)
    .executeTakeFirst();
  return Number(done.numUpdatedRows) === 1;
}

export async function jobExists(db: Database, tenantId: string, jobId: string): Promise<boolean> {
  const row = await db
    .selectFrom('jobs')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', jobId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Appends errors after number `after` and forgets all but the newest `most`. */
export async function addErrors(
  db: Database,
  tenantId: string,
  jobId: string,
  added: { after: number; errors: readonly string[]; most: number },
): Promise<void> {
  const rows = added.errors.map((error, index) => ({
    tenant_id: tenantId,
    job_id: jobId,
    n: added.after + 1 + index,
    error,
  }));
  for (const chunk of inChunks(rows, 4)) await db.insertInto('job_errors').values(chunk).execute();
  const oldest = added.after + rows.length - added.most;
  if (oldest <= 0) return;
  await db
    .deleteFrom('job_errors')
    .where('tenant_id', '=', tenantId)
    .where('job_id', '=', jobId)
    .where('n', '<=', oldest)
    .execute();
}

/** Removes ended jobs of these kinds; there are as many of them as there are attachments. */
export async function deleteEnded(db: Database, kinds: readonly string[], beforeMs: number): Promise<void> {
  await db
    .deleteFrom('jobs')
    .where('kind', 'in', [...kinds])
    .where('ended_at', '<', beforeMs)
    .execute();
}

/** Frees every claim: only for a database that no other process uses. */
export async function freeAllLeases(db: Database): Promise<void> {
  await db.updateTable('jobs').set({ locked_by: null, locked_until: 0 }).where(isOpen).execute();
}

/** Walks jobs_open. */
export async function countOpenByKind(db: Database): Promise<{ kind: string; jobs: number }[]> {
  return db
    .selectFrom('jobs')
    .select((select) => ['kind', select.fn.countAll<number>().as('jobs')])
    .where('ended_at', 'is', null)
    .groupBy('kind')
    .execute();
}
