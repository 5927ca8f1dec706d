/** Pairs of autotags, over a dataset of their own. */
import { expect } from 'vitest';
import { anItem, head, keepJob, type Pair, type PairState } from './nucleus-pair.ts';

const vectors = (place: number) => ({ embedding_info: { index_id: 'mine', embedding_vector: [place, 1, -place] } });
const tagged = (ref_id: string) => ({
  ref_id,
  model_prediction_annotation_id: null,
  ground_truth_annotation_id: null,
});
const autotag = (state: PairState) => ({
  id: state.tag,
  name: 'wet roads',
  status: 'Completed',
  autotag_level: 'Image',
});

export const autotagPairs: Pair[] = [
  {
    route: 'POST dataset/create',
    path: 'dataset/create',
    body: { name: 'autotags', is_scene: false, use_privacy_mode: true },
    reply: () => ({ dataset_id: expect.any(String) }),
    keep: (body) => ({ ds: body.dataset_id }),
  },
  { route: 'GET {ds}/list_autotags', path: '{ds}/list_autotags', reply: () => [] },
  {
    route: 'POST dataset/{ds}/append',
    path: 'dataset/{ds}/append',
    body: { items: [anItem('wet', vectors(1)), anItem('dry', vectors(-1)), anItem('plain')], update: false },
    reply: ({ ds }) => ({ dataset_id: ds, new_items: 3, updated_items: 0, ignored_items: 0, upload_errors: 0 }),
  },
  {
    route: 'POST /v1/datasets/{ds}/autotags',
    path: '/v1/datasets/{ds}/autotags',
    body: { name: 'wet roads', positives: ['wet'], negatives: ['dry'] },
    reply: (state) => ({ ...head('autotagInference')(state), autotag_id: expect.stringMatching(/^tag_[a-z0-9]{20}$/) }),
    keep: (body) => ({ ...keepJob(body), tag: body.autotag_id }),
    ends: ({ tag }) => ({ autotag_id: tag, scored: 2, examples: 2, stand_ins: 0 }),
  },
  { route: 'GET {ds}/list_autotags', path: '{ds}/list_autotags', reply: (state) => [autotag(state)] },
  {
    route: 'POST dataset/{ds}/autotag/{name}/taggedItems',
    path: 'dataset/{ds}/autotag/wet%20roads/taggedItems',
    body: { score_threshold: 0 },
    reply: (state) => ({
      autotagItems: [{ ...tagged('wet'), score: expect.closeTo(0.9, 0) }],
      autotag: autotag(state),
    }),
  },
  {
    route: 'GET dataset/{ds}/autotag/{name}/trainingItems',
    path: 'dataset/{ds}/autotag/wet%20roads/trainingItems',
    reply: (state) => ({ autotagPositiveTrainingItems: [tagged('wet')], autotag: autotag(state) }),
  },
  {
    route: 'POST autotag/{tag}',
    path: 'autotag/{tag}',
    body: {},
    reply: head('autotagInference'),
    keep: keepJob,
    ends: ({ tag }) => ({ autotag_id: tag, scored: 2, examples: 2, stand_ins: 0 }),
  },
  {
    route: 'GET autotag/{tag}/refinementMetrics',
    path: 'autotag/{tag}/refinementMetrics',
    reply: () => ({
      total_refinement_steps: 1,
      average_positives_selected_per_refinement: 1,
      average_ms_taken_in_refinement: expect.any(Number),
    }),
  },
  { route: 'DELETE autotag/{tag}', path: 'autotag/{tag}', body: {}, reply: () => expect.any(Object) },
  { route: 'GET {ds}/list_autotags', path: '{ds}/list_autotags', reply: () => [] },
];
