import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';
import { JobHead } from './jobs.ts';

/** One file of a dataset that is not in privacy mode. Larger ones are refused before they are sent. */
export const mostItemBytes = 64 * 1024 * 1024;
/** Files that a person picks at once. */
export const mostFilesAtOnce = 1_000;
/** Rows of a CSV whose problems a check names; all are counted. */
export const mostNamedProblems = 10_000;

export const UploadPurpose = z.enum(['item', 'csv']);
export type UploadPurpose = z.infer<typeof UploadPurpose>;

/** A resumable upload. `open` is still coming; an item ends `added`, `already-there` or `refused`; a CSV is `received`. */
export const UploadView = z.object({
  id: z.string(),
  purpose: UploadPurpose,
  /** Where its items go; a CSV of tasks has a project instead. */
  dataset_id: z.string().optional(),
  project: z.string().optional(),
  batch: z.string().optional(),
  name: z.string(),
  bytes: z.int(),
  state: z.enum(['open', 'added', 'already-there', 'refused', 'received']),
  item_id: z.string().optional(),
  /** Why it was refused, for people. */
  error: z.string().optional(),
});
export type UploadView = z.infer<typeof UploadView>;

export const CsvRun = z.enum(['check', 'import']);
export type CsvRun = z.infer<typeof CsvRun>;

/** What a run of a CSV says at its end, in the job's message. */
export const CsvSummary = z.object({
  dataset_id: z.string().optional(),
  project: z.string().optional(),
  batch: z.string().optional(),
  run: CsvRun,
  rows: z.int(),
  /** Rows that made, or would make, an item or a task. */
  created: z.int(),
  /** Rows whose reference id the dataset has, or whose unique id a task has. */
  already_there: z.int(),
  failed: z.int(),
  /** The first rows that failed, for a look; the report has them all. */
  problems: z.array(z.object({ row: z.int(), code: z.string(), error: z.string() })),
  /** `number` and `text` become metadata; `content` is the text that a task is about. */
  columns: z.array(z.object({ name: z.string(), type: z.enum(['number', 'text', 'address', 'reference', 'content']) })),
});
export type CsvSummary = z.infer<typeof CsvSummary>;

/**
 * Uploads by the tus protocol 1.0.0 (creation, creation-with-upload, termination; HEAD on an upload answers its offset).
 * `Upload-Metadata` names `name`, `purpose` (`item` unless said) and where it goes: `dataset_id`, or for a CSV whose rows become tasks
 * `project` and perhaps `batch`.
 */
export const resumableEndpoints = {
  createUpload: {
    method: 'post',
    path: '/v1/uploads',
    access: 'write',
    summary: 'Begin a resumable upload (tus 1.0.0)',
    reply: z.void(),
    errors: [
      'dataset-not-found',
      'dataset-holds-scenes',
      'privacy-mode-refuses-bytes',
      'body-too-large',
      'quota-exceeded',
      'project-not-found',
      'batch-not-found',
      'conflict',
    ],
    dialect: 'own',
  },
  sendUploadPart: {
    method: 'patch',
    path: '/v1/uploads/:uploadId',
    access: 'write',
    summary: 'Send the next bytes of a resumable upload (tus 1.0.0)',
    reply: z.void(),
    errors: ['upload-not-found'],
    dialect: 'own',
  },
  getUpload: {
    method: 'get',
    path: '/v1/uploads/:uploadId',
    access: 'write',
    summary: 'What became of a resumable upload',
    reply: UploadView,
    errors: ['upload-not-found'],
    dialect: 'own',
  },
  runCsv: {
    method: 'post',
    path: '/v1/uploads/:uploadId/csv',
    access: 'write',
    summary: 'Check an uploaded CSV, or import it once it was checked, as a job',
    body: z.strictObject({ run: CsvRun }),
    reply: JobHead,
    errors: ['upload-not-found', 'conflict'],
    dialect: 'own',
  },
  downloadCsvReport: {
    method: 'get',
    path: '/v1/uploads/:uploadId/report',
    access: 'write',
    summary: 'What became of each row of a CSV, as CSV',
    query: z.object({ run: CsvRun.default('import') }),
    reply: z.string(),
    errors: ['upload-not-found'],
    dialect: 'own',
  },
  endUpload: {
    method: 'delete',
    path: '/v1/uploads/:uploadId',
    access: 'write',
    summary: 'Give up a resumable upload and its bytes',
    reply: z.void(),
    errors: ['upload-not-found'],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
