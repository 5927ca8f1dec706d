import { AppError } from '@nucleus/shared/failure/app-error';
import type { JobHead, JobState, JobStatus } from '@nucleus/shared/wire/jobs';
import { keepResultsMs, type ResultFormat } from '../result-files/rules.ts';

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
  /** 1 when its lists and files were withdrawn. */
  resultsGone: number;
}

/** A client that asks at once must not meet a job that has ended already: it would not know that it ever ran. */
export const leastRunningMs = 500;

/** Jobs that nobody asked for by name: they are listed to those alone who name them. */
export const ownJobKinds = ['fetchAttachment', 'refetchItem', 'sendCallback'] as const;

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

/** Address of a file that a job has made, by its place and format. Who may not export has none: he is told that there are files. */
export type LinkPart = (jobId: string, part: number, format: ResultFormat) => string;

/** A job's message as it is stored: its files and lists are named in it and told apart. */
type StoredMessage = JobState['message'] & {
  result_files?: { part: number; format: ResultFormat }[];
  result_lists?: string[];
};

/** Files in a job's message become links: they are signed anew for each answer, because each lives for minutes only. */
function linkFiles(job: KnownJob, nowMs: number, link: LinkPart | undefined): JobState['message'] {
  const { result_files: files, result_lists: lists, ...message } = JSON.parse(job.message) as StoredMessage;
  if (job.resultsGone === 1) {
    const none = [...(files === undefined ? [] : ['result']), ...(lists ?? [])].map((name) => [name, []] as const);
    return none.length === 0 ? message : { ...message, ...Object.fromEntries(none), expired: true };
  }
  if (files === undefined) return message;
  if (job.endedAt !== null && nowMs > job.endedAt + keepResultsMs) return { ...message, result: [], expired: true };
  return {
    ...message,
    result: link === undefined ? [] : files.map(({ part, format }) => link(job.jobId, part, format)),
  };
}

/** Fields of a job's message that are lists kept in parts. */
export function listsOf(job: KnownJob): readonly string[] {
  return job.resultsGone === 1 ? [] : ((JSON.parse(job.message) as StoredMessage).result_lists ?? []);
}

/** All but the lists that are kept in parts. */
export function toJobState(job: KnownJob, nowMs: number, link: LinkPart | undefined): JobState {
  const status = statusOf(job, nowMs);
  // A job without anything to do has done all of it.
  const share = job.totalSteps > 0 ? Math.min(1, job.completedSteps / job.totalSteps) : 1;
  return {
    job_id: job.jobId,
    status,
    message: linkFiles(job, nowMs, link),
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
