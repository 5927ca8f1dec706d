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

/** Files in a job's message become links: they are signed anew for each answer, because each lives for minutes only. */
function linkFiles(job: KnownJob, nowMs: number, link: LinkPart | undefined): JobState['message'] {
  const { result_files: files, ...message } = JSON.parse(job.message) as JobState['message'] & {
    result_files?: { part: number; format: ResultFormat }[];
  };
  if (files === undefined) return message;
  if (job.endedAt !== null && nowMs > job.endedAt + keepResultsMs) return { ...message, result: [], expired: true };
  return {
    ...message,
    result: link === undefined ? [] : files.map(({ part, format }) => link(job.jobId, part, format)),
  };
}

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

/** Messages beyond this are told as they are stored and never parsed; none of them names files. */
const mostParsedCharacters = 1 << 20;

/** The JSON of a `JobState`, piece by piece: a deduplication of a million items has 60 MB of ids. */
export function* spellJobState(job: KnownJob, nowMs: number, link: LinkPart | undefined): Generator<string> {
  const { message, ...state } = toJobState(isLarge(job) ? { ...job, message: '{}' } : job, nowMs, link);
  yield `${JSON.stringify(state).slice(0, -1)},"message":`;
  if (isLarge(job)) yield* piecesOf(job.message);
  else yield JSON.stringify(message);
  yield '}';
}

function isLarge({ message }: KnownJob): boolean {
  return message.length > mostParsedCharacters;
}

/** Never cut within a surrogate pair: half of one could not be written. */
function* piecesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end = start + mostParsedCharacters;
    const isWhole = !/[\ud800-\udbff]/.test(text.charAt(end - 1));
    yield text.slice(start, isWhole ? end : end + 1);
    start = isWhole ? end : end + 1;
  }
}
