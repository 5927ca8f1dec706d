/** The loop that claims jobs and runs them, a few at a time in each lane, until it is closed. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Kysely, RawBuilder } from 'kysely';
import type { Logger } from 'pino';
import type { JobsTable } from '../database/job-tables.ts';
import type { Tables } from '../database/tables.ts';
import type { Metrics } from '../http/metrics.ts';
import type { ClaimedJob, JobHandler } from './job.ts';
import { claimJob, endExhausted, type Held } from './queries.ts';
import { backoffMs, busiest, mostAttempts, type QueueTimes } from './rules.ts';
import { type RunResult, runJob, serverFailure } from './run-job.ts';

export interface QueueParts {
  db: Kysely<Tables>;
  claimLock: RawBuilder<unknown>;
  lanes: readonly Lane[];
  times: QueueTimes;
  clock: () => number;
  random: () => number;
  log: Logger;
  metrics: Metrics;
}

/** Kinds of jobs that share a number of places, so that none of them waits for jobs of another lane. */
export interface Lane {
  /** Jobs at a time. */
  slots: number;
  /** Of them, jobs of one tenant and jobs that ask one host; all unless said. */
  perTenant?: number;
  perHost?: number;
  handlers: Readonly<Record<string, JobHandler>>;
}

export interface JobQueue {
  /** A job was added here: look now instead of at the next poll. */
  wake: () => void;
  /** Claims no more, lets running jobs reach their next border, gives them back. Leases of what takes longer run out. */
  close: (withinMs: number) => Promise<void>;
}

/** Starts claiming. One loop looks for all lanes: what waits costs one question a poll, however many places there are. */
export function openQueue(parts: QueueParts): JobQueue {
  const stopping = new AbortController();
  let bell = new AbortController();
  const wake = (): void => {
    bell.abort();
    bell = new AbortController();
  };
  const running = new Map<Lane, Map<Promise<void>, ClaimedJob>>(parts.lanes.map((lane) => [lane, new Map()]));
  const start = (lane: Lane, job: ClaimedJob, handler: JobHandler): void => {
    const ran = runClaimed(parts, job, handler, stopping.signal)
      // Its row could not even be written: the lease runs out, and whoever claims it then begins anew.
      .catch((error: unknown) => parts.log.warn({ kind: nameOf(error), job: job.jobId }, 'job left to its lease'))
      .finally(() => {
        running.get(lane)?.delete(ran);
        wake();
      });
    running.get(lane)?.set(ran, job);
  };
  const freeLanes = () => parts.lanes.filter((lane) => (running.get(lane)?.size ?? 0) < lane.slots);
  const heldIn = (lane: Lane): Held => findHeld(lane, [...(running.get(lane)?.values() ?? [])]);
  const looking = look(parts, { stopping: stopping.signal, bell: () => bell.signal, freeLanes, heldIn, start });
  return {
    wake,
    close: async (withinMs) => {
      stopping.abort();
      const limit = new AbortController();
      const late = delay(withinMs, undefined, { signal: limit.signal }).catch(() => undefined);
      const ended = looking.then(() => Promise.all(Array.from(running.values(), (jobs) => Promise.all(jobs.keys()))));
      await Promise.race([ended, late]);
      limit.abort();
    },
  };
}

interface Looking {
  stopping: AbortSignal;
  bell: () => AbortSignal;
  /** Lanes that have a place left. */
  freeLanes: () => Lane[];
  /** What a lane does not take now. */
  heldIn: (lane: Lane) => Held;
  start: (lane: Lane, job: ClaimedJob, handler: JobHandler) => void;
}

async function look(parts: QueueParts, { stopping, bell, freeLanes, heldIn, start }: Looking): Promise<void> {
  const { log, times } = parts;
  for (let failures = 0; !stopping.aborted; ) {
    // Taken before looking: a job that is added while we look rings this one.
    const rung = bell();
    try {
      const next = await claimNext(parts, freeLanes(), heldIn);
      if (failures > 0) log.info({ failures }, 'job queue recovered');
      failures = 0;
      if (next === undefined) await wait(times.pollMs, AbortSignal.any([stopping, rung]));
      else start(next.lane, next.job, next.handler);
    } catch (error) {
      if (stopping.aborted) return;
      failures += 1;
      const waitMs = backoffMs(failures, { firstMs: 500, maxMs: 30_000 }, parts.random());
      log.warn({ kind: nameOf(error), failures, waitMs }, 'job queue failed');
      await wait(waitMs, stopping);
    }
  }
}

/** What has its share of a lane already. One tenant, or one slow host, does not take all the places of a lane. */
function findHeld({ handlers, perTenant, perHost }: Lane, jobs: readonly ClaimedJob[]): Held {
  return {
    kinds: Object.keys(handlers),
    tenants: busiest(
      jobs.map(({ tenantId }) => tenantId),
      perTenant,
    ),
    hosts: busiest(
      jobs.flatMap(({ host }) => host ?? []),
      perHost,
    ),
  };
}

/** The job that has been due the longest and fits into a free lane. */
async function claimNext(
  { db, claimLock, clock, times, metrics, log }: QueueParts,
  lanes: readonly Lane[],
  heldIn: (lane: Lane) => Held,
): Promise<{ lane: Lane; job: ClaimedJob; handler: JobHandler } | undefined> {
  const kinds = lanes.flatMap(({ handlers }) => Object.keys(handlers));
  if (kinds.length === 0) return undefined;
  const exhausted = await endExhausted(db, clock(), { mostAttempts, message: serverFailure });
  if (exhausted > 0) {
    metrics.jobsEnded.inc({ kind: 'any', result: 'errored_server' }, exhausted);
    log.error({ exhausted }, 'jobs ended whose attempts died with their workers');
  }
  const row = await claimJob(db, claimLock, {
    kinds,
    held: lanes.map(heldIn),
    lease: randomBytes(12).toString('hex'),
    nowMs: clock(),
    leaseMs: times.leaseMs,
    mostAttempts,
  });
  if (row === undefined) return undefined;
  const job = toClaimedJob(row);
  const lane = lanes.find(({ handlers }) => Object.hasOwn(handlers, job.kind));
  const handler = lane?.handlers[job.kind];
  return lane === undefined || handler === undefined ? undefined : { lane, job, handler };
}

async function runClaimed(
  parts: QueueParts,
  job: ClaimedJob,
  handler: JobHandler,
  stopping: AbortSignal,
): Promise<void> {
  const { metrics, log } = parts;
  const startedAt = performance.now();
  metrics.jobsRunning.inc({ kind: job.kind });
  try {
    const result = await runJob(parts, job, withLog(log, job, handler), stopping);
    metrics.jobsEnded.inc({ kind: job.kind, result });
    logResult(log, job, result);
  } finally {
    metrics.jobsRunning.dec({ kind: job.kind });
    metrics.jobSeconds.observe({ kind: job.kind }, (performance.now() - startedAt) / 1000);
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}

function withLog(log: Logger, job: ClaimedJob, handler: JobHandler): JobHandler {
  return async (run) => {
    try {
      await handler(run);
    } catch (error) {
      // Messages of database drivers quote values: the name and our own frames say enough.
      const frames =
        error instanceof Error ? error.stack?.split('\n').filter((line) => line.startsWith('    at ')) : [];
      const kind = error instanceof Error ? error.name : typeof error;
      if (!run.signal.aborted) log.warn({ job: job.jobId, kind, frames: frames?.slice(0, 8) }, 'job attempt failed');
      throw error;
    }
  };
}

function logResult(log: Logger, job: ClaimedJob, result: RunResult): void {
  log.info({ job: job.jobId, type: job.kind, attempts: job.attempts, result }, 'job attempt ended');
}

function toClaimedJob(row: JobsTable): ClaimedJob {
  return {
    tenantId: row.tenant_id,
    jobId: row.id,
    kind: row.kind,
    datasetId: row.dataset_id,
    host: row.host,
    actor: row.actor,
    input: JSON.parse(row.input),
    checkpoint: row.checkpoint === null ? undefined : JSON.parse(row.checkpoint),
    attempts: row.attempts,
    cancelRequested: row.cancel_requested === 1,
    lease: row.locked_by ?? '',
  };
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
