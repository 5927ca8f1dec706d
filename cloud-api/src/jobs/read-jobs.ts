import { AppError } from '@nucleus/shared/failure/app-error';
import type { JobHead, JobsRequest } from '@nucleus/shared/wire/jobs';
import type { Database } from '../database/open-database.ts';
import { mostErrors } from '../job-queue/rules.ts';
import { findJob, listErrors, listJobRows, listParts } from './queries.ts';
import { type KnownJob, type LinkPart, listsOf, readDate, toJobHead, toJobState } from './rules.ts';

const mostListed = 50_000;

/** @throws AppError `job-not-found` */
export async function describeJob(db: Database, tenantId: string, jobId: string, nowMs: number): Promise<JobHead> {
  return toJobHead(await getJob(db, tenantId, jobId), nowMs);
}

const partsAtOnce = 4; // some 100 kB each

/** The JSON of a `JobState` in pieces: a deduplication of a million items has 60 MB of ids. @throws AppError `job-not-found` */
export async function* followJob(
  db: Database,
  tenantId: string,
  jobId: string,
  nowMs: number,
  link: LinkPart | undefined,
): AsyncGenerator<string> {
  const job = await getJob(db, tenantId, jobId);
  const { message, ...state } = toJobState(job, nowMs, link);
  yield `${JSON.stringify(state).slice(0, -1)},"message":${JSON.stringify(message).slice(0, -1)}`;
  let isFirst = Object.keys(message).length === 0;
  for (const name of listsOf(job)) {
    yield `${isFirst ? '' : ','}${JSON.stringify(name)}:[`;
    isFirst = false;
    for (let from = 0; ; from += partsAtOnce) {
      const parts = await listParts(db, tenantId, jobId, name, { from, limit: partsAtOnce });
      if (parts.length > 0) yield `${from === 0 ? '' : ','}${parts.join(',')}`;
      if (parts.length < partsAtOnce) break;
    }
    yield ']';
  }
  yield '}}';
}

/** @throws AppError `job-not-found` */
export async function listJobErrors(db: Database, tenantId: string, jobId: string): Promise<string[]> {
  await getJob(db, tenantId, jobId);
  return listErrors(db, tenantId, jobId, mostErrors);
}

/**
 * The tenant's jobs, newest first.
 * @throws AppError `invalid-request` for a date that is none
 */
export async function listJobs(
  db: Database,
  tenantId: string,
  request: JobsRequest,
  nowMs: number,
): Promise<JobHead[]> {
  const rows = await listJobRows(db, tenantId, {
    datasetId: request.dataset_id ?? undefined,
    kinds: request.job_types ?? [],
    fromMs: request.from_date == null ? undefined : readDate('from_date', request.from_date),
    toMs: request.to_date == null ? undefined : readDate('to_date', request.to_date),
    withCompleted: request.show_completed,
    limit: Math.min(request.limit, mostListed),
    nowMs,
  });
  return rows.map((job) => toJobHead(job, nowMs));
}

async function getJob(db: Database, tenantId: string, jobId: string): Promise<KnownJob> {
  const job = await findJob(db, tenantId, jobId);
  if (job === undefined) throw new AppError('job-not-found', 'There is no such job.');
  return job;
}
