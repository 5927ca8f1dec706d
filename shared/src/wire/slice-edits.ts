/** What the pages do with slices and tags beyond the Nucleus routes. */
import { z } from 'zod';
import { ReferenceId, WellFormedText } from '../ids/ids.ts';
import type { Endpoint } from './endpoint.ts';
import { SliceInfo } from './slices.ts';

/** As long as a query may be, and some room for what is refused with a sentence. */
const QueryText = z.string().max(8192);
const SliceName = WellFormedText.refine(
  (name) => name.trim() !== '' && name.length <= 1024,
  'must be 1 to 1,024 characters',
);
const Description = WellFormedText.refine((text) => text.length <= 4096, 'may have up to 4,096 characters').nullish();
/** Tags are words of people: any text on one line. */
const TagName = WellFormedText.refine(
  (name) => name.trim() === name && name.length >= 1 && name.length <= 64 && !/[\p{Cc}"]/u.test(name),
  'must be 1 to 64 characters on one line, without double quotes and outer spaces',
);
const References = z.array(ReferenceId).min(1).max(10_000, 'may name up to 10,000 items');

/** A slice as a page lists it. */
export const SliceView = SliceInfo.extend({
  /** What the members of a live slice meet; null for one whose members are kept. */
  query: z.string().nullable(),
  /** Live items in it; null when the query of a live slice cannot be read any more. */
  length: z.int().nullable(),
});
export type SliceView = z.infer<typeof SliceView>;

/** Which items a change is about: named ones, or all that meet a query. */
const Chosen = z.union([z.strictObject({ reference_ids: References }), z.strictObject({ query: QueryText })]);

export const sliceEditEndpoints = {
  listSliceViews: {
    method: 'get',
    path: '/v1/datasets/:datasetId/slices',
    access: 'read',
    summary: 'Slices of a dataset with their lengths and queries',
    reply: z.object({ slices: z.array(SliceView) }),
    errors: ['dataset-not-found'],
    dialect: 'own',
  },
  createQuerySlice: {
    method: 'post',
    path: '/v1/datasets/:datasetId/slices',
    access: 'write',
    summary: 'Make a slice of a query: live, or frozen as it is now by a job',
    body: z.strictObject({ name: SliceName, description: Description, query: QueryText, live: z.boolean() }),
    reply: z.object({ slice_id: z.string(), job_id: z.string().nullable() }),
    errors: ['dataset-not-found'],
    dialect: 'own',
  },
  fillSlice: {
    method: 'post',
    path: '/v1/slices/:sliceId/fill',
    access: 'write',
    summary: 'Add all items that meet a query to a slice, as a job',
    body: z.strictObject({ query: QueryText }),
    reply: z.object({ job_id: z.string() }),
    errors: ['slice-not-found'],
    dialect: 'own',
  },
  removeFromSlice: {
    method: 'post',
    path: '/v1/slices/:sliceId/remove',
    access: 'write',
    summary: 'Take items out of a slice; they stay in the dataset',
    body: z.strictObject({ reference_ids: References }),
    reply: z.object({ slice_id: z.string(), removed: z.array(z.string()) }),
    errors: ['slice-not-found'],
    dialect: 'own',
  },
  renameSlice: {
    method: 'put',
    path: '/v1/slices/:sliceId',
    access: 'write',
    summary: 'Give a slice another name or description',
    body: z.strictObject({ name: SliceName.optional(), description: Description }),
    reply: SliceInfo,
    errors: ['slice-not-found'],
    dialect: 'own',
  },
  listTags: {
    method: 'post',
    path: '/v1/insights/:datasetId/tags',
    access: 'read',
    summary: 'Tags of a dataset and how many of the items that meet a query have them',
    body: z.strictObject({ query: QueryText.default('') }),
    reply: z.object({
      took_ms: z.number(),
      tags: z.array(z.object({ tag: z.string(), count: z.int() })),
      untagged: z.int(),
    }),
    errors: ['dataset-not-found'],
    dialect: 'own',
  },
  changeTags: {
    method: 'post',
    path: '/v1/datasets/:datasetId/tag-changes',
    access: 'write',
    summary: 'Put tags on items or take them off: named items, or all that meet a query',
    body: z.strictObject({
      items: Chosen,
      add: z.array(TagName).max(20).default([]),
      remove: z.array(TagName).max(20).default([]),
    }),
    /** `change_id` undoes exactly this change within ten minutes. */
    reply: z.object({ change_id: z.string(), changed: z.int(), undo_until_ms: z.number() }),
    errors: ['dataset-not-found', 'item-not-found'],
    dialect: 'own',
  },
  undoTagChange: {
    method: 'delete',
    path: '/v1/datasets/:datasetId/tag-changes/:changeId',
    access: 'write',
    summary: 'Undo a change of tags, for ten minutes after it',
    reply: z.object({ undone: z.int() }),
    errors: ['dataset-not-found', 'tag-change-not-found'],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
