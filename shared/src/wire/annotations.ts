import { z } from 'zod';
import { ReferenceId } from '../ids/ids.ts';
import { RequestId } from './dataset.ts';
import type { Endpoint } from './endpoint.ts';
import { AsyncQuery, JobHead } from './jobs.ts';

/** Most rows of one request; the Python client sends up to 5,000 annotations and 20 masks. */
const mostRows = 10_000;

/** Rows are checked one by one by the operation: a bad one is a line in `errors` and the rest goes in. */
const Rows = z.array(z.unknown()).max(mostRows, `may hold up to ${mostRows} rows`);

/** Labels by value, or the name of an upload that holds them. */
export const LabelUpload = z.union([
  z.object({ requestId: RequestId, update: z.boolean().default(false), trained_slice_id: z.string().nullish() }),
  z.object({
    annotations: Rows.nullish(),
    segmentations: Rows.nullish(),
    update: z.boolean().default(false),
    trained_slice_id: z.string().nullish(),
  }),
]);
export type LabelUpload = z.infer<typeof LabelUpload>;

/** A label as it was kept (wire contract 9.1). */
export const StoredLabel = z.record(z.string(), z.json());

/** The client adds these over its batches, so that every value is a number or a list; `errors` is left out when there are none. */
const AnnotateReply = z.object({
  dataset_id: z.string(),
  annotations_processed: z.int(),
  annotations_ignored: z.int(),
  errors: z.array(z.string()).optional(),
});

/** A class of labels: on how many items it is, and how often in all. */
const LabelCountView = z.object({
  kind: z.string(),
  label: z.string(),
  taxonomy: z.string().nullable(),
  items: z.int(),
  count: z.int(),
});

/** What writing labels may fail with as a whole. */
export const labelWriteErrors = [
  'dataset-not-found',
  'privacy-mode-refuses-bytes',
  'unsupported-media-type',
  'upload-not-found',
  'body-too-large',
] as const;

/** Nucleus routes for annotations (wire contract 9), and the way to their masks. */
export const annotationEndpoints = {
  annotate: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/annotate',
    access: 'annotate',
    summary: 'Add or update annotations; what is wrong with one row is told in `errors`',
    query: AsyncQuery,
    body: LabelUpload,
    reply: z.union([AnnotateReply, JobHead]),
    errors: labelWriteErrors,
    dialect: 'nucleus',
  },
  deleteAnnotations: {
    method: 'delete',
    path: '/v1/nucleus/annotation/:datasetId',
    access: 'annotate',
    summary: 'Delete the annotations of items, as a job; without reference ids none',
    body: z.object({
      keep_history: z.boolean().nullish(),
      reference_ids: z.array(ReferenceId).max(100_000).nullish(),
    }),
    reply: JobHead,
    errors: ['dataset-not-found', 'body-too-large'],
    dialect: 'nucleus',
  },
  getAnnotation: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/groundTruth/loc/:referenceId/:annotationId',
    access: 'read',
    summary: 'One annotation of an item',
    reply: StoredLabel,
    errors: ['dataset-not-found', 'item-not-found', 'label-not-found'],
    dialect: 'nucleus',
  },
  countLabels: {
    method: 'post',
    path: '/v1/insights/:datasetId/labels',
    access: 'read',
    summary: 'Classes of the labels of the items that meet a query, those of most items first',
    body: z.strictObject({
      query: z.string().max(8192).default(''),
      /** Whose predictions; without it, the annotations. */
      model_run_id: z.string().min(1).max(64).optional(),
      limit: z.int().min(1).max(1000).default(250),
    }),
    reply: z.object({
      took_ms: z.number(),
      labels: z.array(LabelCountView),
      /** Classes in all, of which `labels` are the first. */
      distinct: z.int(),
      /** Items that meet the query and have no label. */
      unlabelled: z.int(),
    }),
    errors: ['dataset-not-found', 'model-run-not-found'],
    dialect: 'own',
  },
  getMask: {
    method: 'get',
    path: '/v1/insights/:datasetId/masks/:labelId',
    access: 'read',
    summary:
      'An expiring link to the stored picture of a mask, an 8-bit PNG whose values are the indexes of its segments',
    reply: z.object({ url: z.string(), width: z.int(), height: z.int() }),
    errors: ['dataset-not-found', 'label-not-found'],
    dialect: 'own',
  },
  setMaskPolicy: {
    method: 'put',
    path: '/v1/datasets/:datasetId/masks',
    access: 'admin',
    summary: 'Whether a dataset in privacy mode takes masks as files; a mask is a picture of its item',
    body: z.strictObject({ accepted: z.boolean() }),
    reply: z.object({ accepted: z.boolean() }),
    errors: ['dataset-not-found'],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
