import { z } from 'zod';
import { WellFormedText } from '../ids/ids.ts';
import { mostDimensions } from './dataset-item.ts';
import type { Endpoint } from './endpoint.ts';
import { JobHead } from './jobs.ts';

const ItemVector = z.object({ reference_id: z.string(), embedding_vector: z.array(z.number()) });
export type ItemVector = z.infer<typeof ItemVector>;

export const EmbeddingIndex = z.object({
  id: z.string(),
  status: z.enum(['Started', 'Completed', 'Errored']),
  index_type: z.enum(['Internal', 'Custom']),
  index_level: z.enum(['Image', 'Object']),
  embedding_type: z.string(),
  embedding_dimension: z.int(),
});
export type EmbeddingIndex = z.infer<typeof EmbeddingIndex>;

const IndexingStatus = z.object({
  embedding_count: z.int(),
  image_count: z.int().optional(),
  object_count: z.int().optional(),
  /** 0 to 100. */
  percent_indexed: z.number(),
  additional_context: z.string(),
});

const DatasetMessage = z.object({ dataset_id: z.string(), message: z.string() });

/** Nucleus routes for embeddings (wire contract 8.1). */
export const embeddingEndpoints = {
  listEmbeddingIndexes: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/embeddingIndexes',
    access: 'read',
    summary: 'Embedding indexes of a dataset, the oldest first',
    reply: z.object({ embedding_indexes: z.array(EmbeddingIndex) }),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  createCustomIndex: {
    method: 'post',
    path: '/v1/nucleus/indexing/:datasetId',
    access: 'write',
    summary: 'Read vectors from files at public addresses, as a job',
    body: z.object({
      /** Each a JSON object of vectors by reference id, or JSON lines as the export writes them. */
      embeddings_urls: z
        .array(WellFormedText.refine((url) => url.length > 0 && url.length <= 4096, 'must be 1 to 4,096 characters'))
        .min(1)
        .max(1_000),
      embedding_dimension: z.int().min(1).max(mostDimensions),
    }),
    reply: JobHead,
    errors: ['dataset-not-found', 'conflict'],
    dialect: 'nucleus',
  },
  deleteCustomIndex: {
    method: 'delete',
    path: '/v1/nucleus/indexing/:datasetId',
    access: 'write',
    summary: 'Delete the vectors that were uploaded, as a job',
    body: z.object({ image: z.boolean().default(true) }),
    reply: DatasetMessage.extend({ job_id: z.string() }),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  setPrimaryIndex: {
    method: 'post',
    path: '/v1/nucleus/indexing/:datasetId/setPrimary',
    access: 'write',
    summary: 'Choose which vectors similarity uses; `success` is false when there are none of that kind',
    body: z.object({ image: z.boolean().default(true), custom: z.boolean() }),
    reply: z.object({ success: z.boolean() }),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  setContinuousIndexing: {
    method: 'post',
    path: '/v1/nucleus/indexing/:datasetId/setContinuous',
    access: 'write',
    summary: 'Index new items as they come, from now on or no longer',
    body: z.object({ enable: z.boolean() }),
    reply: DatasetMessage.extend(JobHead.partial().shape).extend({ dataset_id: z.string() }),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  createImageIndex: {
    method: 'post',
    path: '/v1/nucleus/indexing/:datasetId/internal/image',
    access: 'write',
    summary: 'Index colour and layout of all items from their blurhashes, as a job; no picture is opened',
    body: z.object({}),
    reply: JobHead,
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  createObjectIndex: {
    method: 'post',
    path: '/v1/nucleus/indexing/:datasetId/internal/object',
    access: 'write',
    summary: 'Index colour and layout of boxes and polygons from stored pictures, as a job; no address is opened',
    /** One run's predictions, or the annotations alone; without either all labels. */
    body: z.object({ model_run_id: z.string().max(64).nullish(), ingest_gt_only: z.boolean().nullish() }),
    reply: JobHead,
    errors: ['dataset-not-found', 'model-run-not-found'],
    dialect: 'nucleus',
  },
  getIndexingStatus: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/indexingStatus',
    access: 'read',
    summary:
      'How many items of a dataset are indexed, or how many of the boxes and polygons of a run or of the annotations',
    body: z.object({ image: z.boolean(), model_run_id: z.string().max(64).nullish() }),
    reply: IndexingStatus,
    errors: ['dataset-not-found', 'model-run-not-found'],
    dialect: 'nucleus',
  },
  exportEmbeddings: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetOrSliceId/async_export_embeddings',
    access: 'export',
    summary: 'Vectors of a dataset or a slice as files, as a job; `result` of its message holds expiring links',
    body: z.object({}),
    reply: JobHead,
    errors: ['dataset-not-found', 'slice-not-found'],
    dialect: 'nucleus',
  },
  listDatasetEmbeddings: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/embeddings',
    access: 'export',
    summary: 'Vectors of all items of a dataset',
    reply: z.array(ItemVector),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  listSliceEmbeddings: {
    method: 'get',
    path: '/v1/nucleus/slice/:sliceId/embeddings',
    access: 'export',
    summary: 'Vectors of all items of a slice',
    reply: z.array(ItemVector),
    errors: ['slice-not-found'],
    dialect: 'nucleus',
  },
} as const satisfies Record<string, Endpoint>;
