import { z } from 'zod';
import { ReferenceId, WellFormedText } from '../ids/ids.ts';
import { StoredLabel } from './annotations.ts';
import { DatasetItem } from './dataset-item.ts';
import type { Endpoint } from './endpoint.ts';
import { JobHead } from './jobs.ts';
import { NextPage, PageRequest } from './page.ts';
import { SceneEntry } from './scenes.ts';

/** What a slice holds. */
const sliceTypes = ['dataset_item', 'object', 'scene'] as const;
export type SliceType = (typeof sliceTypes)[number];

/** Most members that one request may name (wire contract 6). */
const mostMembers = 10_000;

const SliceName = WellFormedText.refine(
  (name) => name.length > 0 && name.length <= 1024,
  'must be 1 to 1,024 characters',
);
const References = z.array(ReferenceId).max(mostMembers, 'may name up to 10,000 items');
const Ids = z.array(z.string().min(1).max(64)).max(mostMembers, 'may name up to 10,000 members');

/** Only items whose score of an autotag is in a range, both ends included. */
const AutotagFilter = z.object({ autotagId: z.string().min(1).max(64), range: z.tuple([z.number(), z.number()]) });
export type AutotagFilter = z.infer<typeof AutotagFilter>;

/** A slice in a listing. */
export const SliceEntry = z.object({
  id: z.string(),
  name: z.string(),
  dataset_id: z.string(),
  type: z.enum(sliceTypes),
  /** ISO 8601 with milliseconds and `Z`. */
  created_at: z.string(),
  pending_job_count: z.int(),
});
export type SliceEntry = z.infer<typeof SliceEntry>;

/** What `info` tells of a slice. */
export const SliceInfo = SliceEntry.omit({ id: true }).extend({
  slice_id: z.string(),
  description: z.string().nullable(),
  tags: z.array(z.string()),
});
export type SliceInfo = z.infer<typeof SliceInfo>;

/** Nucleus routes for slices (wire contract 6), but for those that answer a job. */
export const sliceEndpoints = {
  buildSlice: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/build_slice',
    access: 'write',
    summary: 'Sample items into a slice, at random or the most unlike each other, as a job',
    body: z.object({
      name: SliceName,
      sampleSize: z.int().min(1),
      sampleMethod: z.enum(['Random', 'Uniqueness']),
      filters: z.object({ sliceId: z.string().nullish(), autotag: AutotagFilter.nullish() }).nullish(),
    }),
    reply: JobHead.extend({ sliceId: z.string() }),
    errors: ['dataset-not-found', 'slice-not-found', 'autotag-not-found'],
    dialect: 'nucleus',
  },
  createSlice: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/create_slice',
    access: 'write',
    summary: 'Create a slice of items named by reference id or id, of scenes or of labels, or an empty one',
    body: z.object({
      name: SliceName,
      reference_ids: References.nullish(),
      allow_empty: z.union([z.boolean(), z.literal([0, 1])]).nullish(),
      dataset_item_ids: Ids.nullish(),
      scene_ids: Ids.nullish(),
      object_ids: Ids.nullish(),
    }),
    reply: z.object({ slice_id: z.string() }),
    errors: ['dataset-not-found', 'item-not-found', 'body-too-large'],
    dialect: 'nucleus',
  },
  listSlices: {
    method: 'get',
    path: '/v1/nucleus/slice/',
    access: 'read',
    summary: 'List slices of all datasets',
    reply: z.array(SliceEntry),
    errors: [],
    dialect: 'nucleus',
  },
  listDatasetSlices: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/slices',
    access: 'read',
    summary: 'List slices of a dataset, by name and type',
    // Newer Pythons spell the type as `SliceType.DATASET_ITEM`.
    query: z.object({ name: z.string().optional(), type: z.string().optional() }),
    reply: z.array(SliceEntry),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  getSlice: {
    method: 'get',
    path: '/v1/nucleus/slice/:sliceId',
    access: 'read',
    summary: 'A slice with all its items, scenes or labels',
    reply: SliceInfo.extend({ items: z.union([z.array(DatasetItem), z.array(SceneEntry), z.array(StoredLabel)]) }),
    errors: ['slice-not-found'],
    dialect: 'nucleus',
  },
  deleteSlice: {
    method: 'delete',
    path: '/v1/nucleus/slice/:sliceId',
    access: 'write',
    summary: 'Delete a slice; its items stay',
    reply: z.object({ message: z.string() }),
    errors: ['slice-not-found'],
    dialect: 'nucleus',
  },
  getSliceInfo: {
    method: 'get',
    path: '/v1/nucleus/slice/:sliceId/info',
    access: 'read',
    summary: 'Name, dataset, type and tags of a slice',
    reply: SliceInfo,
    errors: ['slice-not-found'],
    dialect: 'nucleus',
  },
  appendToSlice: {
    method: 'post',
    path: '/v1/nucleus/slice/:sliceId/append',
    access: 'write',
    summary: 'Add items to a slice; members stay as they are',
    body: z.object({ reference_ids: References.nullish(), dataset_id: z.string().nullish() }),
    /** `new_items`: reference ids of those that were not in it before. */
    reply: z.object({ slice_id: z.string(), new_items: z.array(z.string()) }),
    errors: ['slice-not-found', 'item-not-found', 'body-too-large'],
    dialect: 'nucleus',
  },
  pageSliceItems: {
    method: 'post',
    path: '/v1/nucleus/slice/:sliceId/itemsPage',
    access: 'read',
    summary: 'A page of the items of a slice, in insertion order of the dataset',
    body: PageRequest,
    reply: z.object({ items: z.array(DatasetItem), ...NextPage }),
    errors: ['slice-not-found'],
    dialect: 'nucleus',
  },
  tagSlice: {
    method: 'post',
    path: '/v1/nucleus/slice/:sliceId/tag',
    access: 'write',
    summary: 'Add tags to a slice',
    body: z.object({ slice_tags: z.array(WellFormedText).max(1000) }),
    reply: z.object({ slice_id: z.string(), tags: z.array(z.string()) }),
    errors: ['slice-not-found'],
    dialect: 'nucleus',
  },
} as const satisfies Record<string, Endpoint>;
