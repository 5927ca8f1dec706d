import { z } from 'zod';
import { WellFormedText } from '../ids/ids.ts';
import { DatasetItem, DatasetItemInput, ItemWithAnnotations } from './dataset-item.ts';
import type { Endpoint } from './endpoint.ts';
import { AsyncQuery, JobHead } from './jobs.ts';
import { JsonValue } from './json-value.ts';
import { NextPage, PageRequest } from './page.ts';

/** `{field: {type, choices?, description?}}`, passed through as given. */
const MetadataSchema = z.record(z.string(), z.json());

const DatasetHead = z.object({ id: z.string(), name: z.string(), is_public: z.boolean() });

export const DatasetInfo = z.object({
  dataset_id: z.string(),
  name: z.string(),
  length: z.int(),
  model_run_ids: z.array(z.string()),
  slice_ids: z.array(z.string()),
  annotation_metadata_schema: MetadataSchema.nullable(),
  item_metadata_schema: MetadataSchema.nullable(),
  tags: z.array(z.string()).nullable(),
});
export type DatasetInfo = z.infer<typeof DatasetInfo>;

/** Counts of one append; `error_payload` is left out when there are no errors (wire contract 4.1). */
export const AppendReply = z.object({
  dataset_id: z.string(),
  new_items: z.int(),
  updated_items: z.int(),
  ignored_items: z.int(),
  upload_errors: z.int(),
  error_payload: z.array(z.json()).optional(),
});
export type AppendReply = z.infer<typeof AppendReply>;

/** Names an upload; made by the client (wire contract 4.3). */
export const RequestId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, hyphens or underscores');

/** Fields to merge into the metadata of one item, key by key; `metadata` is checked entry by entry. */
const MetadataChange = z.object({ reference_id: WellFormedText, metadata: z.record(WellFormedText, JsonValue) });
export type MetadataChange = z.infer<typeof MetadataChange>;

/** What a metadata update did; `errors` names each entry that was refused and why. */
export const MetadataReply = z.object({
  dataset_id: z.string(),
  updated_items: z.int(),
  errored_items: z.int(),
  errors: z.array(z.object({ reference_id: z.string(), error: z.string() })),
});
export type MetadataReply = z.infer<typeof MetadataReply>;

const Tags = z.object({ tags: z.array(WellFormedText) });

/** Nucleus routes for datasets and items (wire contract 2 to 4). */
export const datasetEndpoints = {
  createDataset: {
    method: 'post',
    path: '/v1/nucleus/dataset/create',
    access: 'write',
    summary: 'Create a dataset',
    body: z.object({
      name: WellFormedText.refine((name) => name.length > 0 && name.length <= 1024, 'must be 1 to 1,024 characters'),
      is_scene: z.boolean().default(false),
      use_privacy_mode: z.boolean().default(false),
      annotation_metadata_schema: MetadataSchema.nullish(),
      item_metadata_schema: MetadataSchema.nullish(),
    }),
    reply: z.object({ dataset_id: z.string() }),
    errors: [],
    dialect: 'nucleus',
  },
  listDatasetDetails: {
    method: 'get',
    path: '/v1/nucleus/dataset/details',
    access: 'read',
    summary: 'List datasets',
    reply: z.array(DatasetHead),
    errors: [],
    dialect: 'nucleus',
  },
  listDatasets: {
    method: 'get',
    path: '/v1/nucleus/dataset/',
    access: 'read',
    summary: 'List datasets (old form)',
    reply: z.array(DatasetHead),
    errors: [],
    dialect: 'nucleus',
  },
  deleteDataset: {
    method: 'delete',
    path: '/v1/nucleus/dataset/:datasetId',
    access: 'write',
    summary: 'Delete a dataset',
    reply: z.object({ message: z.literal('Beginning dataset deletion...') }),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  getDatasetName: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/name',
    access: 'read',
    summary: 'Name of a dataset',
    reply: z.object({ name: z.string() }),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  getDatasetIsScene: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/is_scene',
    access: 'read',
    summary: 'Whether a dataset holds scenes',
    reply: z.object({ is_scene: z.boolean() }),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  getDatasetPrivacyMode: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/use_privacy_mode',
    access: 'read',
    summary: 'Whether a dataset is in privacy mode',
    reply: z.object({ use_privacy_mode: z.boolean() }),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  getDatasetSize: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/size',
    access: 'read',
    summary: 'Number of items',
    reply: z.object({ count: z.int() }),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  getDatasetInfo: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/info',
    access: 'read',
    summary: 'Name, length, schemas, tags, slices and model runs of a dataset',
    reply: DatasetInfo,
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  listDatasetModelRuns: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/model_runs',
    access: 'read',
    summary: 'Ids of the model runs of a dataset',
    reply: z.array(z.string()),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  listDatasetTags: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/tags',
    access: 'read',
    summary: 'Tags of a dataset',
    reply: Tags,
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  addDatasetTags: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/tags',
    access: 'write',
    summary: 'Add tags to a dataset; one that is there already is no error',
    body: Tags,
    reply: Tags,
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  removeDatasetTags: {
    method: 'delete',
    path: '/v1/nucleus/dataset/:datasetId/tags',
    access: 'write',
    summary: 'Remove tags from a dataset; one that is not there is no error',
    body: Tags,
    reply: Tags,
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  appendItems: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/append',
    access: 'write',
    summary: 'Add or update items',
    // Items are checked one by one by the operation: a bad one is an upload error and the rest goes in.
    body: z.union([
      z.object({ items: z.array(z.unknown()), update: z.boolean().default(false) }),
      z.object({ requestId: RequestId, update: z.boolean().default(false) }),
    ]),
    query: AsyncQuery,
    reply: z.union([AppendReply, JobHead]),
    errors: [
      'dataset-not-found',
      'dataset-holds-scenes',
      'privacy-mode-refuses-bytes',
      'unsupported-media-type',
      'upload-not-found',
      'body-too-large',
    ],
    dialect: 'nucleus',
  },
  updateMetadata: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/metadata',
    access: 'write',
    summary: 'Merge metadata into items, key by key',
    body: z.object({ level: z.enum(['item', 'scene']).default('item'), metadata: z.array(MetadataChange) }),
    query: AsyncQuery,
    reply: z.union([MetadataReply, JobHead]),
    errors: ['dataset-not-found', 'body-too-large'],
    dialect: 'nucleus',
  },
  listDatasetItems: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/datasetItems',
    access: 'read',
    summary: 'All items of a dataset',
    reply: z.object({ dataset_items: z.array(DatasetItem) }),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  pageDatasetItems: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/itemsPage',
    access: 'read',
    summary: 'A page of items, in insertion order',
    body: PageRequest,
    reply: z.object({ items: z.array(DatasetItem), ...NextPage }),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  queryItems: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/queryItemsPage',
    access: 'read',
    summary: 'A page of the items that meet a query, in insertion order',
    body: PageRequest.extend({ query: z.string().max(8192).nullish() }),
    reply: z.object({ items: z.array(DatasetItem), ...NextPage }),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  getItemByIndex: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/iloc/:index',
    access: 'read',
    summary: 'Item by its place in insertion order',
    reply: ItemWithAnnotations,
    errors: ['dataset-not-found', 'item-not-found'],
    dialect: 'nucleus',
  },
  getItemByReference: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/refloc/:referenceId',
    access: 'read',
    summary: 'Item by reference id',
    reply: ItemWithAnnotations,
    errors: ['dataset-not-found', 'item-not-found'],
    dialect: 'nucleus',
  },
  getItemById: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/loc/:itemId',
    access: 'read',
    summary: 'Item by id',
    reply: ItemWithAnnotations,
    errors: ['dataset-not-found', 'item-not-found'],
    dialect: 'nucleus',
  },
  deleteItemByReference: {
    method: 'delete',
    path: '/v1/nucleus/dataset/:datasetId/refloc/:referenceId',
    access: 'write',
    summary: 'Delete an item and its labels',
    reply: z.object({ message: z.string() }),
    errors: ['dataset-not-found', 'item-not-found'],
    dialect: 'nucleus',
  },
} as const satisfies Record<string, Endpoint>;

/** An item of an append that is well formed; what fails this is that item's upload error. */
export const AppendedItem = DatasetItemInput;
