import { z } from 'zod';
import { LabelUpload, labelWriteErrors, StoredLabel } from './annotations.ts';
import type { Endpoint } from './endpoint.ts';
import { RowPage, Rows, SlicePage } from './exports.ts';
import { AsyncQuery, JobHead } from './jobs.ts';

/** The client adds these over its batches, as those of annotations. */
const RunReply = z.object({
  model_run_id: z.string(),
  predictions_processed: z.int(),
  predictions_ignored: z.int(),
  errors: z.array(z.string()).optional(),
});
const ModelReply = RunReply.extend({ dataset_id: z.string() });

/** Predictions by kind, holding only the kinds that are present: any key but a kind's own ends the client. */
const ByKind = z.record(z.string(), z.array(StoredLabel));
const OfItem = z.object({ annotations: ByKind });

const ofRun = ['model-run-not-found', 'item-not-found'] as const;
const ofModel = ['dataset-not-found', 'model-not-found', 'item-not-found'] as const;

/** Nucleus routes for predictions (wire contract 11): by run, and by dataset and model. */
export const predictionEndpoints = {
  predict: {
    method: 'post',
    path: '/v1/nucleus/modelRun/:runId/predict',
    access: 'annotate',
    summary: 'Add or update predictions of a run; what is wrong with one row is told in `errors`',
    query: AsyncQuery,
    body: LabelUpload,
    reply: z.union([RunReply, JobHead]),
    errors: ['model-run-not-found', ...labelWriteErrors],
    dialect: 'nucleus',
  },
  getRunItemByIndex: {
    method: 'get',
    path: '/v1/nucleus/modelRun/:runId/iloc/:index',
    access: 'read',
    summary: 'Predictions of a run for the item at a place in insertion order',
    reply: OfItem,
    errors: ofRun,
    dialect: 'nucleus',
  },
  getRunItemByReference: {
    method: 'get',
    path: '/v1/nucleus/modelRun/:runId/refloc/:referenceId',
    access: 'read',
    summary: 'Predictions of a run for an item by its reference id',
    reply: OfItem,
    errors: ofRun,
    dialect: 'nucleus',
  },
  getRunItemById: {
    method: 'get',
    path: '/v1/nucleus/modelRun/:runId/loc/:itemId',
    access: 'read',
    summary: 'Predictions of a run for an item by its id',
    reply: OfItem,
    errors: ofRun,
    dialect: 'nucleus',
  },
  getRunPrediction: {
    method: 'get',
    path: '/v1/nucleus/modelRun/:runId/prediction/loc/:referenceId/:annotationId',
    access: 'read',
    summary: 'One prediction of a run for an item',
    reply: StoredLabel,
    errors: [...ofRun, 'label-not-found'],
    dialect: 'nucleus',
  },
  listRunPredictions: {
    method: 'get',
    path: '/v1/nucleus/modelRun/:runId/ungrouped',
    access: 'read',
    summary: 'All predictions of a run by kind',
    reply: ByKind,
    errors: ['model-run-not-found'],
    dialect: 'nucleus',
  },
  uploadPredictions: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/model/:modelId/uploadPredictions',
    access: 'annotate',
    summary: 'Add or update predictions of a model; its run over the dataset is made on first use',
    query: AsyncQuery,
    body: LabelUpload,
    reply: z.union([ModelReply, JobHead]),
    errors: ['model-not-found', ...labelWriteErrors],
    dialect: 'nucleus',
  },
  exportPredictions: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/model/:modelId/export',
    access: 'export',
    summary: 'All predictions of a model for a dataset by kind',
    reply: ByKind,
    errors: ['dataset-not-found', 'model-not-found'],
    dialect: 'nucleus',
  },
  getModelItemByIndex: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/model/:modelId/iloc/:index',
    access: 'read',
    summary: 'Predictions of a model for the item at a place in insertion order',
    reply: OfItem,
    errors: ofModel,
    dialect: 'nucleus',
  },
  getModelItemByReference: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/model/:modelId/referenceId/:referenceId',
    access: 'read',
    summary: 'Predictions of a model for an item by its reference id',
    reply: OfItem,
    errors: ofModel,
    dialect: 'nucleus',
  },
  getModelPrediction: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/model/:modelId/loc/:referenceId/:annotationId',
    access: 'read',
    summary: 'One prediction of a model for an item',
    reply: StoredLabel,
    errors: [...ofModel, 'label-not-found'],
    dialect: 'nucleus',
  },
  uploadPointsPrediction: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/model/:modelId/pointcloud/:referenceId/uploadLSSPrediction',
    access: 'annotate',
    summary: 'Name the address of a model’s segmentation of a point cloud; it is kept and never requested',
    body: z.object({ pointsSegmentationUrl: z.string().min(1).max(4096) }),
    reply: ModelReply,
    errors: [...ofModel],
    dialect: 'nucleus',
  },
  exportSlicePredictions: {
    method: 'get',
    path: '/v1/nucleus/slice/:sliceId/:modelId/exportForTraining',
    access: 'export',
    summary: 'All items of a slice with the predictions of a model',
    reply: Rows,
    errors: ['slice-not-found', 'model-not-found'],
    dialect: 'nucleus',
  },
  pageSlicePredictions: {
    method: 'post',
    path: '/v1/nucleus/slice/:sliceId/:modelId/exportForTrainingPage',
    access: 'export',
    summary: 'A page of the items of a slice with the predictions of a model',
    body: SlicePage,
    reply: RowPage,
    errors: ['slice-not-found', 'model-not-found'],
    dialect: 'nucleus',
  },
} as const satisfies Record<string, Endpoint>;
