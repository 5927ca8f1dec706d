import { AppError } from '@nucleus/shared/failure/app-error';
import type { JobHead, JobState, JobStatus } from '@nucleus/shared/wire/jobs';

/** A job as clients are told about it. */
export interface KnownJob {
  jobId: string;
  kind: string;
  datasetId: string | null;
  state: string;
  message: string;
  completedSteps: number;
  totalSteps: number;
  createdAt: number;
  endedAt: number | null;
}

/** A client that asks at once must not meet a job that has ended already: it would not know that it ever ran. */
export const leastRunningMs = 500;

const endStatus: Readonly<Record<string, JobStatus>> = {
  completed: 'Completed',
  errored_user: 'Errored_User',
  errored_server: 'Errored_Server',
  cancelled: 'Cancelled',
};

/** `Running` until the later of its end and half a second after it was made. */
export function statusOf(job: Pick<KnownJob, 'state' | 'createdAt' | 'endedAt'>, nowMs: number): JobStatus {
  if (job.endedAt === null || nowMs < Math.max(job.endedAt, job.createdAt + leastRunningMs)) return 'Running';
  return endStatus[job.state] ?? 'Errored_Server';
}

export function toJobHead(job: KnownJob, nowMs: number): JobHead {
  return {
    job_id: job.jobId,
    job_last_known_status: statusOf(job, nowMs),
    job_type: job.kind,
    job_creation_time: new Date(job.createdAt).toISOString(),
    ...(job.datasetId === null ? {} : { dataset_id: job.datasetId }),
  };
}

/** What clients follow of a job, but for its message. */
export function toJobState(job: KnownJob, nowMs: number): Omit<JobState, 'message'> {
  const status = statusOf(job, nowMs);
  // A job without anything to do has done all of it.
  const share = job.totalSteps > 0 ? Math.min(1, job.completedSteps / job.totalSteps) : 1;
  return {
    job_id: job.jobId,
    status,
    // Rounded down: 1.00 is said of a whole job alone.
    job_progress: (status === 'Completed' ? 1 : Math.floor(share * 100) / 100).toFixed(2),
    completed_steps: job.completedSteps,
    total_steps: job.totalSteps,
    job_type: job.kind,
  };
}

/**
 * Milliseconds of a date as the Python client's callers write them; without a zone it is UTC.
 * @throws AppError `invalid-request`
 */
export function readDate(field: string, text: string): number {
  const hasTime = /[T ]\d\d:/.test(text);
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/i.test(text);
  const at = Date.parse(hasTime && !hasZone ? `${text.replace(' ', 'T')}Z` : text);
  if (Number.isNaN(at)) throw new AppError('invalid-request', `${field}: must be an ISO 8601 date.`, { at: field });
  return at;
}

const charactersPerPiece = 1 << 20;

/** The JSON of a `JobState`, piece by piece: the message of a job over a million items is as it is stored, and never parsed. */
export function* spellJobState(job: KnownJob, nowMs: number): Generator<string> {
  yield `${JSON.stringify(toJobState(job, nowMs)).slice(0, -1)},"message":`;
  for (let start = 0; start < job.message.length; ) {
    const end = start + charactersPerPiece;
    // half of a surrogate pair could not be written
    const isWhole = !/[\ud800-\udbff]/.test(job.message.charAt(end - 1));
    yield job.message.slice(start, isWhole ? end : end + 1);
    start = isWhole ? end : end + 1;
  }
  yield '}';
}
