import { z } from 'zod';
import { StoredLabel } from './annotations.ts';
import type { Endpoint } from './endpoint.ts';
import { NextPage, PageRequest } from './page.ts';

/** Which objects a query answers. */
export const PatchMode = z.enum(['iou', 'false_positive', 'false_negative', 'predictions_only', 'ground_truth_only']);
export type PatchMode = z.infer<typeof PatchMode>;

/** A prediction and the annotation that it overlaps most, or one of them alone. */
export const ObjectMatch = z.object({
  model_run_id: z.string(),
  model_prediction_id: z.string().nullable(),
  ground_truth_annotation_id: z.string().nullable(),
  /** 0 to 1; 0 for one alone. */
  iou: z.number(),
  dataset_item_id: z.string(),
  /** Of one class and with an overlap of at least one half. */
  true_positive: z.boolean(),
  model_prediction_label: z.string().nullable(),
  ground_truth_annotation_label: z.string().nullable(),
});
export type ObjectMatch = z.infer<typeof ObjectMatch>;

/** The Nucleus route that asks for objects (wire contract 12). */
export const objectQueryEndpoints = {
  queryObjects: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/queryObjectsPage',
    access: 'read',
    summary: 'A page of the labels, or of matches of predictions and annotations, on the items that meet a query',
    body: PageRequest.extend({
      query: z.string().max(8192).nullish(),
      patch_mode: PatchMode.default('ground_truth_only'),
      model_run_id: z.string().max(64).nullish(),
    }),
    reply: z.object({ items: z.array(z.union([ObjectMatch, StoredLabel])), ...NextPage }),
    errors: ['dataset-not-found', 'model-run-not-found'],
    dialect: 'nucleus',
  },
} as const satisfies Record<string, Endpoint>;
