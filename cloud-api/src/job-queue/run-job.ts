/** One claim of one job, from the handler's first step to the row that says how it went. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import type { JobsTable } from '../database/job-tables.ts';
import type { Tables } from '../database/tables.ts';
import { type ClaimedJob, JobCancelled, type JobHandler, type JobRun, LeaseLost, type StepResult } from './job.ts';
import { addList } from './list-queries.ts';
import { addErrors, changeHeldJob, ended, extendLease } from './queries.ts';
import { backoffMs, mostAttempts, mostErrors, type QueueTimes } from './rules.ts';

export interface RunParts {
  db: Kysely<Tables>;
  times: QueueTimes;
  clock: () => number;
  random: () => number;
}

/** How a claim went; `later` waits for the time that its handler named, `again` waits for its next attempt, `released` was given back because the process stops. */
export type RunResult =
  | 'completed'
  | 'later'
  | 'errored_user'
  | 'errored_server'
  | 'cancelled'
  | 'again'
  | 'released'
  | 'lost';

/**
 * Runs `handler` under the claim and writes its end. Never throws for what the handler does; a database that cannot be written
 * leaves the claim to run out.
 */
export async function runJob(
  parts: RunParts,
  job: ClaimedJob,
  handler: JobHandler,
  stopping: AbortSignal,
): Promise<RunResult> {
  const ending = new AbortController();
  const signal = AbortSignal.any([stopping, ending.signal]);
  const heart = startHeart(parts, job, ending);
  let done: 'completed' | 'later' | undefined;
  let { attempts } = job;
  const run: JobRun = {
    job,
    signal,
    acting: () => ({ tenantId: job.tenantId, actor: job.actor, nowMs: parts.clock() }),
    step: async (effect) => {
      done = (await commitStep(parts, job, effect)) ?? done;
      attempts = 1;
      // SQLite answers without a turn of the event loop: a long job would keep every request waiting to its end.
      await nextTurn();
    },
  };
  try {
    if (job.cancelRequested) throw new JobCancelled();
    await handler(run);
    if (done === undefined) throw new Error('the handler returned before the job had ended');
    return done;
  } catch (error) {
    // The work was committed whole; what failed afterwards, such as removing its file, is swept later.
    if (done !== undefined) return done;
    const cause = ending.signal.aborted ? ending.signal.reason : error;
    return await writeFailure(parts, { ...job, attempts }, cause, stopping.aborted);
  } finally {
    await heart.stop();
  }
}

/** The lease first: it is the lock that makes a worker that lost it wait, and then write nothing. */
async function commitStep(
  parts: RunParts,
  job: ClaimedJob,
  effect: Parameters<JobRun['step']>[0],
): Promise<'completed' | 'later' | undefined> {
  const { db, clock, times } = parts;
  return db.transaction().execute(async (tx) => {
    const held = await extendLease(tx, job.tenantId, job.jobId, {
      lease: job.lease,
      lockedUntil: clock() + times.leaseMs,
    });
    if (held === undefined) throw new LeaseLost();
    if (held.cancelRequested) throw new JobCancelled();
    const result = await effect(tx);
    const errors = result.errors ?? [];
    await addErrors(tx, job.tenantId, job.jobId, { after: held.errorCount, errors, most: mostErrors });
    const lists = held.resultsGone ? {} : result.end?.lists;
    for (const [name, parts] of Object.entries(lists ?? {})) await addList(tx, job.tenantId, job.jobId, name, parts);
    const change = {
      ...progressOf(result, held.completedSteps),
      error_count: held.errorCount + errors.length,
      // It moved: only attempts that bring nothing count towards the most.
      attempts: 1,
      locked_until: clock() + times.leaseMs,
    };
    if (!(await changeHeldJob(tx, job.tenantId, job.jobId, job.lease, { ...change, ...fateOf(result, clock()) }))) {
      throw new LeaseLost();
    }
    if (result.end !== undefined) return 'completed';
    return result.laterAt === undefined ? undefined : 'later';
  });
}

/** What becomes of the job with this step: its end, a wait, or nothing yet. */
function fateOf(result: StepResult, nowMs: number): Partial<JobsTable> {
  if (result.end !== undefined) {
    const { message, lists } = result.end;
    const named = lists === undefined ? message : { ...message, result_lists: Object.keys(lists) };
    return { ...ended('completed', nowMs), message: JSON.stringify(named) };
  }
  return result.laterAt === undefined ? {} : { locked_by: null, locked_until: 0, run_at: result.laterAt, attempts: 0 };
}

function progressOf(result: StepResult, before: number): Partial<JobsTable> {
  const completed = result.completedSteps ?? before;
  const total = result.end === undefined ? result.totalSteps : completed;
  return {
    completed_steps: completed,
    ...(total === undefined ? {} : { total_steps: total }),
    ...(result.checkpoint === undefined ? {} : { checkpoint: JSON.stringify(result.checkpoint) }),
  };
}

async function writeFailure(parts: RunParts, job: ClaimedJob, cause: unknown, isStopping: boolean): Promise<RunResult> {
  const nowMs = parts.clock();
  const change = (values: Parameters<typeof changeHeldJob>[4]) =>
    changeHeldJob(parts.db, job.tenantId, job.jobId, job.lease, values);
  const free = { locked_by: null, locked_until: 0 };
  if (cause instanceof LeaseLost) return 'lost';
  if (cause instanceof JobCancelled) {
    return (await change({ ...ended('cancelled', nowMs), message: '{}' })) ? 'cancelled' : 'lost';
  }
  if (isStopping) {
    // Being stopped is no attempt.
    return (await change({ ...free, run_at: nowMs, attempts: Math.max(0, job.attempts - 1) })) ? 'released' : 'lost';
  }
  if (cause instanceof AppError && cause.status < 500) {
    const message = JSON.stringify({ final_error: cause.message });
    return (await change({ ...ended('errored_user', nowMs), message })) ? 'errored_user' : 'lost';
  }
  if (job.attempts >= mostAttempts) {
    return (await change({ ...ended('errored_server', nowMs), message: serverFailure })) ? 'errored_server' : 'lost';
  }
  const waitMs = backoffMs(job.attempts, parts.times.backoff, parts.random());
  return (await change({ ...free, run_at: nowMs + waitMs })) ? 'again' : 'lost';
}

/** What clients are told of a failure that is not theirs; the reason is in the log. */
export const serverFailure = JSON.stringify({ final_error: 'The job failed on the server.' });

/** Extends the lease while the handler works, and ends the handler when the lease is lost or somebody cancels. */
function startHeart(parts: RunParts, job: ClaimedJob, ending: AbortController): { stop: () => Promise<void> } {
  let beating: Promise<void> = Promise.resolve();
  const beat = async (): Promise<void> => {
    const held = await extendLease(parts.db, job.tenantId, job.jobId, {
      lease: job.lease,
      lockedUntil: parts.clock() + parts.times.leaseMs,
    });
    if (held === undefined) ending.abort(new LeaseLost());
    else if (held.cancelRequested) ending.abort(new JobCancelled());
  };
  const timer = setInterval(() => {
    // A beat that fails is not yet a lost lease: the next one, or the next step, will tell.
    beating = beating.then(beat).catch(() => undefined);
  }, parts.times.heartbeatMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await beating;
    },
  };
}
