/** Pairs of queries over objects, over a dataset of their own. */
import { expect } from 'vitest';
import { allRows, anItem, type Pair } from './nucleus-pair.ts';

const box = (annotation_id: string, x: number) => ({
  label: 'car',
  type: 'box',
  geometry: { x, y: 0, width: 10, height: 10 },
  reference_id: 'street',
  annotation_id,
});

export const objectPairs: Pair[] = [
  {
    route: 'POST dataset/create',
    path: 'dataset/create',
    body: { name: 'objects', is_scene: false, use_privacy_mode: true },
    reply: () => ({ dataset_id: expect.any(String) }),
    keep: (body) => ({ ds: body.dataset_id }),
  },
  {
    route: 'POST dataset/{ds}/append',
    path: 'dataset/{ds}/append',
    body: { items: [anItem('street')], update: false },
    reply: () => expect.objectContaining({ new_items: 1 }),
  },
  {
    route: 'POST dataset/{ds}/annotate',
    path: 'dataset/{ds}/annotate',
    body: { annotations: [box('seen', 0), box('missed', 100)], update: false },
    reply: () => expect.objectContaining({ annotations_processed: 2 }),
  },
  {
    route: 'POST models/add',
    path: 'models/add',
    body: { name: 'net', reference_id: 'net of objects', metadata: {} },
    reply: () => ({ model_id: expect.any(String) }),
    keep: (body) => ({ prj: body.model_id }),
  },
  {
    route: 'POST dataset/{ds}/model/{prj}/uploadPredictions',
    path: 'dataset/{ds}/model/{prj}/uploadPredictions',
    body: { annotations: [box('guess', 1)], update: false },
    reply: () => expect.objectContaining({ predictions_processed: 1 }),
    keep: (body) => ({ run: body.model_run_id }),
  },
  {
    route: 'POST dataset/{ds}/queryObjectsPage',
    path: 'dataset/{ds}/queryObjectsPage',
    body: { ...allRows, query: 'reference_id = "street"', patch_mode: 'iou', model_run_id: '{run}' },
    reply: ({ run }) => ({
      items: [
        {
          model_run_id: run,
          model_prediction_id: expect.stringMatching(/^pred_/),
          ground_truth_annotation_id: expect.stringMatching(/^ann_/),
          iou: expect.closeTo(9 / 11, 9),
          dataset_item_id: expect.stringMatching(/^di_/),
          true_positive: true,
          model_prediction_label: 'car',
          ground_truth_annotation_label: 'car',
        },
      ],
      nextPageToken: null,
    }),
  },
  {
    route: 'POST dataset/{ds}/queryObjectsPage',
    path: 'dataset/{ds}/queryObjectsPage',
    body: { ...allRows, query: '', patch_mode: 'ground_truth_only', model_run_id: null },
    reply: () => ({
      items: ['seen', 'missed'].map((annotation_id) => expect.objectContaining({ annotation_id, type: 'box' })),
      nextPageToken: null,
    }),
  },
];
