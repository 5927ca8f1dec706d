import { z } from 'zod';
import { ReferenceId, WellFormedText } from '../ids/ids.ts';
import type { Endpoint } from './endpoint.ts';
import { JobHead } from './jobs.ts';

/** Most examples that one request may name. */
const mostExamples = 5_000;

const Name = WellFormedText.refine((name) => name.length > 0 && name.length <= 256, 'must be 1 to 256 characters');
const References = z.array(ReferenceId).max(mostExamples, 'may name up to 5,000 items').default([]);
const examples = { positives: References, negatives: References };

export const Autotag = z.object({
  id: z.string(),
  name: z.string(),
  /** `Started` until it was trained and every item has its score for the first time. */
  status: z.enum(['Started', 'Completed', 'Errored']),
  autotag_level: z.literal('Image'),
});
export type Autotag = z.infer<typeof Autotag>;

/** A tagged or training item; only labels of objects would have the other two ids. */
const TaggedItem = z.object({
  ref_id: z.string(),
  model_prediction_annotation_id: z.null(),
  ground_truth_annotation_id: z.null(),
});
const ScoredItem = TaggedItem.extend({
  /** -1 to 1; 0 is where the classifier cannot tell. */
  score: z.number(),
});
export type ScoredItem = z.infer<typeof ScoredItem>;

/** Autotags: classifiers that are trained from examples (wire contract 14, and the two routes by which they come into being). */
export const autotagEndpoints = {
  listAutotags: {
    method: 'get',
    path: '/v1/nucleus/:datasetId/list_autotags',
    access: 'read',
    summary: 'Autotags of a dataset, the oldest first',
    reply: z.array(Autotag),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  updateAutotag: {
    method: 'post',
    path: '/v1/nucleus/autotag/:autotagId',
    access: 'write',
    summary: 'Train an autotag anew from its examples and score every item, as a job',
    reply: JobHead,
    errors: ['autotag-not-found'],
    dialect: 'nucleus',
  },
  deleteAutotag: {
    method: 'delete',
    path: '/v1/nucleus/autotag/:autotagId',
    access: 'write',
    summary: 'Delete an autotag with its examples and scores',
    reply: z.object({ message: z.string() }),
    errors: ['autotag-not-found'],
    dialect: 'nucleus',
  },
  getRefinementMetrics: {
    method: 'get',
    path: '/v1/nucleus/autotag/:autotagId/refinementMetrics',
    access: 'read',
    summary: 'How often an autotag was refined, with how many positives, and how long training took',
    reply: z.object({
      total_refinement_steps: z.int(),
      average_positives_selected_per_refinement: z.number(),
      average_ms_taken_in_refinement: z.number(),
    }),
    errors: ['autotag-not-found'],
    dialect: 'nucleus',
  },
  listTaggedItems: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/autotag/:autotagName/taggedItems',
    access: 'read',
    summary: 'Items whose score is at least a threshold, the highest first',
    body: z.object({ score_threshold: z.number().min(-1).max(1).nullish() }),
    reply: z.object({ autotagItems: z.array(ScoredItem), autotag: Autotag }),
    errors: ['dataset-not-found', 'autotag-not-found'],
    dialect: 'nucleus',
  },
  listTrainingItems: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/autotag/:autotagName/trainingItems',
    access: 'read',
    summary: 'Positive examples of an autotag',
    reply: z.object({ autotagPositiveTrainingItems: z.array(TaggedItem), autotag: Autotag }),
    errors: ['dataset-not-found', 'autotag-not-found'],
    dialect: 'nucleus',
  },
  createAutotag: {
    method: 'post',
    path: '/v1/datasets/:datasetId/autotags',
    access: 'write',
    summary: 'Train an autotag from examples and score every item, as a job',
    body: z.strictObject({
      name: Name,
      /** What is learnt from: the primary embedding index when there is one, else perceptual hashes. */
      basis: z.enum(['embedding', 'phash']).optional(),
      ...examples,
    }),
    reply: JobHead.extend({ autotag_id: z.string() }),
    errors: ['dataset-not-found', 'item-not-found', 'conflict', 'vector-missing', 'body-too-large'],
    dialect: 'own',
  },
  refineAutotag: {
    method: 'post',
    path: '/v1/autotags/:autotagId/refine',
    access: 'write',
    summary: 'Add examples to an autotag, or change their side, train and score again, as a job',
    body: z.strictObject(examples),
    reply: JobHead,
    errors: ['autotag-not-found', 'item-not-found', 'body-too-large'],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
