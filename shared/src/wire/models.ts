import { z } from 'zod';
import { WellFormedText } from '../ids/ids.ts';
import { Metadata } from './dataset-item.ts';
import type { Endpoint } from './endpoint.ts';

const Name = WellFormedText.refine((name) => name.length > 0 && name.length <= 1024, 'must be 1 to 1,024 characters');
const Names = z.array(Name).max(1_000);

/** A model as every route answers it; its reference id is called `ref_id` (wire contract 11). */
export const Model = z.object({
  id: z.string(),
  name: z.string(),
  ref_id: z.string(),
  metadata: Metadata,
  bundle_name: z.string().nullable(),
  tags: z.array(z.string()),
  trained_slice_ids: z.array(z.string()),
});
export type Model = z.infer<typeof Model>;

const Tags = z.object({ tags: Names });
const TrainedSlices = z.object({ trained_slice_ids: Names });

/** Nucleus routes for models and their runs. */
export const modelEndpoints = {
  listModels: {
    method: 'get',
    path: '/v1/nucleus/models/',
    access: 'read',
    summary: 'List models, oldest first',
    reply: z.object({ models: z.array(Model) }),
    errors: [],
    dialect: 'nucleus',
  },
  createModel: {
    method: 'post',
    path: '/v1/nucleus/models/add',
    access: 'write',
    summary: 'Create a model; the same request again answers the same model',
    body: z.object({
      name: Name,
      reference_id: Name,
      metadata: Metadata.nullish(),
      bundle_name: Name.nullish(),
      tags: Names.nullish(),
      trained_slice_ids: Names.nullish(),
    }),
    reply: z.object({ model_id: z.string() }),
    errors: ['conflict'],
    dialect: 'nucleus',
  },
  getModel: {
    method: 'get',
    path: '/v1/nucleus/model/:modelId',
    access: 'read',
    summary: 'A model by its id or by that of one of its runs',
    reply: Model,
    errors: ['model-not-found'],
    dialect: 'nucleus',
  },
  deleteModel: {
    method: 'delete',
    path: '/v1/nucleus/model/:modelId',
    access: 'write',
    summary: 'Delete a model with its runs and their predictions',
    reply: z.object({ msg: z.literal('Model deletion running in an async job') }),
    errors: ['model-not-found'],
    dialect: 'nucleus',
  },
  addModelTags: {
    method: 'post',
    path: '/v1/nucleus/model/:modelId/tag',
    access: 'write',
    summary: 'Add tags to a model',
    body: Tags,
    reply: Tags.extend({ model_id: z.string() }),
    errors: ['model-not-found'],
    dialect: 'nucleus',
  },
  removeModelTags: {
    method: 'delete',
    path: '/v1/nucleus/model/:modelId/tag',
    access: 'write',
    summary: 'Remove tags from a model; at least one must be there',
    body: Tags,
    reply: Tags.extend({ model_id: z.string() }),
    errors: ['model-not-found'],
    dialect: 'nucleus',
  },
  addTrainedSlices: {
    method: 'post',
    path: '/v1/nucleus/model/:modelId/trainedSliceId',
    access: 'write',
    summary: 'Name slices that a model was trained on',
    body: TrainedSlices,
    reply: TrainedSlices.extend({ model_id: z.string() }),
    errors: ['model-not-found', 'slice-not-found'],
    dialect: 'nucleus',
  },
  removeTrainedSlices: {
    method: 'delete',
    path: '/v1/nucleus/model/:modelId/trainedSliceId',
    access: 'write',
    summary: 'Take slices from those that a model was trained on',
    body: TrainedSlices,
    reply: TrainedSlices.extend({ model_id: z.string() }),
    errors: ['model-not-found'],
    dialect: 'nucleus',
  },
  createModelRun: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/modelRun/create',
    access: 'write',
    summary: 'Begin a run of a model over a dataset; the model is named by its reference id',
    body: z.object({
      name: Name,
      reference_id: Name,
      metadata: Metadata.nullish(),
      annotation_metadata_schema: z.json().nullish(),
    }),
    reply: z.object({ model_run_id: z.string() }),
    errors: ['dataset-not-found', 'model-not-found'],
    dialect: 'nucleus',
  },
  deleteModelRun: {
    method: 'delete',
    path: '/v1/nucleus/modelRun/:runId',
    access: 'write',
    summary: 'Delete a run and its predictions',
    reply: z.object({ message: z.string() }),
    errors: ['model-run-not-found'],
    dialect: 'nucleus',
  },
  getModelRunInfo: {
    method: 'get',
    path: '/v1/nucleus/modelRun/:runId/info',
    access: 'read',
    summary: 'Model, name and metadata of a run',
    reply: z.object({ model_id: z.string(), name: z.string(), status: z.literal('completed'), metadata: Metadata }),
    errors: ['model-run-not-found'],
    dialect: 'nucleus',
  },
} as const satisfies Record<string, Endpoint>;
