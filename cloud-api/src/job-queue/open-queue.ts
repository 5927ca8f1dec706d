/** The loop that claims jobs and runs them, a few at a time, until it is closed. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Kysely, RawBuilder } from 'kysely';
import type { Logger } from 'pino';
import type { JobsTable } from '../database/job-tables.ts';
import type { Tables } from '../database/tables.ts';
import type { Metrics } from '../http/metrics.ts';
import type { ClaimedJob, JobHandler } from './job.ts';
import { claimJob, endExhausted } from './queries.ts';
import { backoffMs, mostAttempts, type QueueTimes } from './rules.ts';
import { type RunResult, runJob, serverFailure } from './run-job.ts';

export interface QueueParts {
  db: Kysely<Tables>;
  claimLock: RawBuilder<unknown>;
  handlers: Readonly<Record<string, JobHandler>>;
  times: QueueTimes;
  clock: () => number;
  random: () => number;
  log: Logger;
  metrics: Metrics;
  /** Jobs at a time. */
  slots: number;
}

export interface JobQueue {
  /** A job was added here: look now instead of at the next poll. */
  wake: () => void;
  /** Claims no more, lets running jobs reach their next border, gives them back. Leases of what takes longer run out. */
  close: (withinMs: number) => Promise<void>;
}

/** Starts claiming. Each slot is a loop of its own. */
export function openQueue(parts: QueueParts): JobQueue {
  const stopping = new AbortController();
  let bell = new AbortController();
  const wake = (): void => {
    bell.abort();
    bell = new AbortController();
  };
  const slots = Array.from({ length: parts.slots }, () => runSlot(parts, stopping.signal, () => bell.signal));
  return {
    wake,
    close: async (withinMs) => {
      stopping.abort();
      const limit = new AbortController();
      const late = delay(withinMs, undefined, { signal: limit.signal }).catch(() => undefined);
      await Promise.race([Promise.all(slots), late]);
      limit.abort();
    },
  };
}

async function runSlot(parts: QueueParts, stopping: AbortSignal, bell: () => AbortSignal): Promise<void> {
  const { log, times } = parts;
  for (let failures = 0; !stopping.aborted; ) {
    // Taken before looking: a job that is added while we look rings this one.
    const rung = bell();
    try {
      const ran = await runNext(parts, stopping);
      if (failures > 0) log.info({ failures }, 'job queue recovered');
      failures = 0;
      if (!ran) await wait(times.pollMs, AbortSignal.any([stopping, rung]));
    } catch (error) {
      if (stopping.aborted) return;
      failures += 1;
      const waitMs = backoffMs(failures, { firstMs: 500, maxMs: 30_000 }, parts.random());
      log.warn({ kind: error instanceof Error ? error.name : 'unknown', failures, waitMs }, 'job queue failed');
      await wait(waitMs, stopping);
    }
  }
}

/** Claims and runs one job; false when none is due. */
async function runNext(parts: QueueParts, stopping: AbortSignal): Promise<boolean> {
  const { db, clock, times, metrics, log } = parts;
  const exhausted = await endExhausted(db, clock(), { mostAttempts, message: serverFailure });
  if (exhausted > 0) {
    metrics.jobsEnded.inc({ kind: 'any', result: 'errored_server' }, exhausted);
    log.error({ exhausted }, 'jobs ended whose attempts died with their workers');
  }
  const row = await claimJob(db, parts.claimLock, {
    kinds: Object.keys(parts.handlers),
    lease: randomBytes(12).toString('hex'),
    nowMs: clock(),
    leaseMs: times.leaseMs,
    mostAttempts,
  });
  if (row === undefined) return false;
  const job = toClaimedJob(row);
  const handler = parts.handlers[job.kind];
  if (handler === undefined) return false;
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
  return true;
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
