import type { Acting } from '../audit/acting.ts';
import type { Database } from '../database/open-database.ts';
import { newId } from '../ids/new-id.ts';
import type { NewJob } from './job.ts';
import { findJobId, insertJob } from './queries.ts';

/**
 * Adds a job, in the caller's transaction when `db` is one, and answers its id. A request that arrives twice gets the job that it
 * made the first time.
 */
export async function enqueueJob(db: Database, acting: Acting, job: NewJob): Promise<string> {
  const jobId = newId('job');
  await insertJob(db, {
    tenant_id: acting.tenantId,
    id: jobId,
    kind: job.kind,
    dataset_id: job.datasetId,
    request_key: job.requestKey,
    actor: acting.actor,
    input: JSON.stringify(job.input),
    checkpoint: null,
    state: 'open',
    message: '{}',
    completed_steps: 0,
    total_steps: job.totalSteps ?? 1,
    error_count: 0,
    attempts: 0,
    run_at: job.notBeforeMs ?? acting.nowMs,
    locked_by: null,
    locked_until: 0,
    cancel_requested: 0,
    created_at: acting.nowMs,
    ended_at: null,
    host: job.host ?? null,
    results_gone: 0,
  });
  if (job.requestKey === null) return jobId;
  return (await findJobId(db, acting.tenantId, job.requestKey)) ?? jobId;
}

/** The job that a request made earlier, if it did. */
export function findJobOfRequest(db: Database, tenantId: string, requestKey: string): Promise<string | undefined> {
  return findJobId(db, tenantId, requestKey);
}
