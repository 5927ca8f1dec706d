/** Pairs of annotations: written, read one by one, deleted. They have a dataset of their own. */
import { expect } from 'vitest';
import { anItem, head, keepJob, type Pair } from './nucleus-pair.ts';

const box = (ref: string, over: object = {}) => ({
  label: 'car',
  type: 'box',
  geometry: { x: 50, y: 60, width: 0, height: 10 },
  reference_id: ref,
  annotation_id: `box-${ref}`,
  metadata: { n: 50 },
  track_reference_id: null,
  task_id: 'a task',
  embedding_vector: [0.5, -1],
  ...over,
});
const stored = (label: object) => ({ id: expect.stringMatching(/^(ann|pred)_[a-z0-9]{20}$/), ...label });

export const labelPairs: Pair[] = [
  {
    route: 'POST dataset/create',
    path: 'dataset/create',
    body: { name: 'labels', is_scene: false, use_privacy_mode: true },
    reply: () => ({ dataset_id: expect.any(String) }),
    keep: (body) => ({ ds: body.dataset_id }),
  },
  {
    route: 'POST dataset/{ds}/append',
    path: 'dataset/{ds}/append',
    body: { items: [anItem('a'), anItem('test/b')], update: false },
    reply: () => expect.objectContaining({ new_items: 2 }),
  },
  {
    route: 'POST indexing/{ds}/internal/object',
    path: 'indexing/{ds}/internal/object',
    body: { ingest_gt_only: true },
    reply: head('indexingObject'),
    keep: keepJob,
    ends: () => ({ index_id: expect.stringMatching(/^idx_/), indexed: 0, skipped_without_picture: 0 }),
  },
  {
    route: 'POST dataset/{ds}/annotate',
    path: 'dataset/{ds}/annotate',
    body: { annotations: [box('a'), box('test/b'), box('fake_garbage')], update: false },
    reply: ({ ds }) => ({
      dataset_id: ds,
      annotations_processed: 2,
      annotations_ignored: 0,
      errors: ["Item with id fake_garbage doesn't exist."],
    }),
  },
  {
    route: 'POST dataset/{ds}/indexingStatus',
    path: 'dataset/{ds}/indexingStatus',
    body: { image: false, model_run_id: null },
    reply: () => ({
      embedding_count: 2,
      object_count: 2,
      percent_indexed: 100,
      additional_context: expect.any(String),
    }),
  },
  {
    route: 'GET dataset/{ds}/embeddingIndexes',
    path: 'dataset/{ds}/embeddingIndexes',
    reply: () => ({
      embedding_indexes: [
        expect.objectContaining({ index_level: 'Object', index_type: 'Internal', status: 'Completed' }),
        expect.objectContaining({ index_level: 'Object', index_type: 'Custom', embedding_dimension: 2 }),
      ],
    }),
  },
  {
    route: 'GET dataset/{ds}/refloc/{ref}',
    path: 'dataset/{ds}/refloc/test%2Fb',
    reply: () => ({ item: expect.any(Object), annotations: { box: [stored(box('test/b'))] } }),
  },
  {
    route: 'GET dataset/{ds}/groundTruth/loc/{ref}/{ann}',
    path: 'dataset/{ds}/groundTruth/loc/test/b/box-test/b',
    reply: () => stored(box('test/b')),
  },
  {
    route: 'DELETE annotation/{ds}',
    path: 'annotation/{ds}',
    body: { keep_history: true, reference_ids: ['a'] },
    reply: head('annotationDeletion'),
    keep: keepJob,
    ends: ({ ds }) => ({ dataset_id: ds, deleted_annotations: 1 }),
  },
];
