import { z } from 'zod';
import { WellFormedText } from '../ids/ids.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * What clients see of a job's state. `Running` from creation to the end: the Python client polls only while it reads exactly that.
 */
const JobStatus = z.enum(['Running', 'Completed', 'Errored_User', 'Errored_Server', 'Cancelled']);
export type JobStatus = z.infer<typeof JobStatus>;

/** What every asynchronous route answers (wire contract 5). */
export const JobHead = z.object({
  job_id: z.string(),
  job_last_known_status: JobStatus,
  job_type: z.string(),
  job_creation_time: z.string(),
  dataset_id: z.string().optional(),
});
export type JobHead = z.infer<typeof JobHead>;

/** `job_progress` is text with two decimals; at the end `completed_steps` equals `total_steps`. */
export const JobState = z.object({
  job_id: z.string(),
  status: JobStatus,
  message: z.record(z.string(), z.json()),
  job_progress: z.string().regex(/^[01]\.\d\d$/),
  completed_steps: z.int(),
  total_steps: z.int(),
  job_type: z.string(),
});
export type JobState = z.infer<typeof JobState>;

const ShortText = WellFormedText.refine((text) => text.length <= 64, 'must be at most 64 characters');

const JobsRequest = z.object({
  dataset_id: ShortText.nullish(),
  job_types: z.array(ShortText).max(100).nullish(),
  from_date: ShortText.nullish(),
  to_date: ShortText.nullish(),
  limit: z.int().min(1).default(50_000),
  show_completed: z.boolean().default(false),
});
export type JobsRequest = z.infer<typeof JobsRequest>;

/** `?async=1` turns the same request into a job. */
export const AsyncQuery = z.object({ async: z.enum(['0', '1', 'true', 'false']).default('0') });

/** Whether a query asks for a job. */
export function asksForJob(query: z.output<typeof AsyncQuery>): boolean {
  return query.async === '1' || query.async === 'true';
}

export const jobEndpoints = {
  listJobs: {
    method: 'post',
    path: '/v1/nucleus/jobs/',
    access: 'read',
    summary: 'List jobs, newest first',
    body: JobsRequest,
    reply: z.array(JobHead),
    errors: [],
    dialect: 'nucleus',
  },
  getJob: {
    method: 'get',
    path: '/v1/nucleus/job/:jobId',
    access: 'read',
    summary: 'Status and progress of a job',
    reply: JobState,
    errors: ['job-not-found'],
    dialect: 'nucleus',
  },
  getJobInfo: {
    method: 'get',
    path: '/v1/nucleus/job/:jobId/info',
    access: 'read',
    summary: 'Head of a job',
    reply: JobHead,
    errors: ['job-not-found'],
    dialect: 'nucleus',
  },
  listJobErrors: {
    method: 'get',
    path: '/v1/nucleus/job/:jobId/errors',
    access: 'read',
    summary: 'The newest 10,000 partial errors of a job, each as JSON text',
    reply: z.array(z.string()),
    errors: ['job-not-found'],
    dialect: 'nucleus',
  },
  cancelJob: {
    method: 'post',
    path: '/v1/jobs/:jobId/cancel',
    access: 'write',
    summary: 'End a job at its next border; what it has done stays',
    reply: z.object({ cancelled: z.boolean() }),
    errors: ['job-not-found'],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
