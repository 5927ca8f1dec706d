/** Pairs of models, runs and predictions, over a dataset of their own. */
import { expect } from 'vitest';
import { allRows, anItem, answered, type Pair, row } from './nucleus-pair.ts';

const box = {
  label: 'car',
  type: 'box',
  geometry: { x: 50, y: 60, width: 70, height: 80 },
  reference_id: 'a',
  annotation_id: 'box-a',
  confidence: 0,
  class_pdf: { car: 0.2, bus: 0.8 },
  metadata: {},
  track_reference_id: null,
  task_id: null,
  embedding_vector: null,
};
const stored = { id: expect.stringMatching(/^pred_[a-z0-9]{20}$/), ...box };
const grouped = { annotations: { box: [stored] } };
const model = (over: object = {}) => ({
  id: expect.stringMatching(/^prj_[a-z0-9]{20}$/),
  name: 'net',
  ref_id: 'net-1',
  metadata: {},
  bundle_name: null,
  tags: [],
  trained_slice_ids: [],
  ...over,
});

export const predictionPairs: Pair[] = [
  {
    route: 'POST dataset/create',
    path: 'dataset/create',
    body: { name: 'predictions', is_scene: false, use_privacy_mode: true },
    reply: () => ({ dataset_id: expect.any(String) }),
    keep: (body) => ({ ds: body.dataset_id }),
  },
  {
    route: 'POST dataset/{ds}/append',
    path: 'dataset/{ds}/append',
    body: { items: [anItem('a')], update: false },
    reply: () => expect.objectContaining({ new_items: 1 }),
  },
  { route: 'GET dataset/{ds}/iloc/{i}', path: 'dataset/{ds}/iloc/0', reply: () => expect.any(Object), keep: (body) => ({ item: body.item.id }) }, // biome-ignore format: short
  {
    route: 'POST dataset/{ds}/create_slice',
    path: 'dataset/{ds}/create_slice',
    body: { name: 'all', reference_ids: ['a'] },
    reply: () => ({ slice_id: expect.any(String) }),
    keep: (body) => ({ slc: body.slice_id }),
  },
  {
    route: 'POST models/add',
    path: 'models/add',
    body: { name: 'net', reference_id: 'net-1', metadata: {}, bundle_name: null, tags: [], trained_slice_ids: null },
    reply: () => ({ model_id: expect.stringMatching(/^prj_/) }),
    keep: (body) => ({ prj: body.model_id }),
  },
  { route: 'GET models/', path: 'models/', reply: () => ({ models: [model()] }) },
  { route: 'POST model/{prj}/tag', path: 'model/{prj}/tag', body: { tags: ['t'] }, reply: () => expect.any(Object) },
  { route: 'DELETE model/{prj}/tag', path: 'model/{prj}/tag', body: { tags: ['t'] }, reply: () => expect.any(Object) },
  {
    route: 'POST model/{prj}/trainedSliceId',
    path: 'model/{prj}/trainedSliceId',
    body: { trained_slice_ids: ['{slc}'] },
    reply: () => expect.any(Object),
  },
  {
    route: 'DELETE model/{prj}/trainedSliceId',
    path: 'model/{prj}/trainedSliceId',
    body: { trained_slice_ids: ['{slc}'] },
    reply: () => expect.any(Object),
  },
  { route: 'GET model/{prj}', path: 'model/{prj}', reply: () => model() },
  {
    route: 'POST dataset/{ds}/modelRun/create',
    path: 'dataset/{ds}/modelRun/create',
    body: { name: 'first', reference_id: 'net-1', metadata: null, annotation_metadata_schema: null },
    reply: () => ({ model_run_id: expect.stringMatching(/^run_/) }),
    keep: (body) => ({ run: body.model_run_id }),
  },
  { route: 'GET model/{prj}', path: 'model/{run}', reply: () => model() },
  {
    route: 'GET modelRun/{run}/info',
    path: 'modelRun/{run}/info',
    reply: ({ prj }) => ({ model_id: prj, name: 'first', status: expect.any(String), metadata: {} }),
  },
  {
    route: 'POST modelRun/{run}/predict',
    path: 'modelRun/{run}/predict',
    body: { annotations: [box, { ...box, reference_id: 'fake_garbage' }], update: false },
    reply: ({ run }) => ({
      model_run_id: run,
      predictions_processed: 1,
      predictions_ignored: 0,
      errors: ["Item with id fake_garbage doesn't exist."],
    }),
  },
  { route: 'GET modelRun/{run}/iloc/{i}', path: 'modelRun/{run}/iloc/0', reply: () => grouped },
  { route: 'GET modelRun/{run}/refloc/{ref}', path: 'modelRun/{run}/refloc/a', reply: () => grouped },
  { route: 'GET modelRun/{run}/loc/{di}', path: 'modelRun/{run}/loc/{item}', reply: () => grouped },
  {
    route: 'GET modelRun/{run}/prediction/loc/{ref}/{ann}',
    path: 'modelRun/{run}/prediction/loc/a/box-a',
    reply: () => stored,
  },
  { route: 'GET modelRun/{run}/ungrouped', path: 'modelRun/{run}/ungrouped', reply: () => ({ box: [stored] }) },
  {
    route: 'POST dataset/{ds}/model/{prj}/uploadPredictions',
    path: 'dataset/{ds}/model/{prj}/uploadPredictions',
    body: { annotations: [box], update: false, trained_slice_id: null },
    reply: ({ ds, run }) => ({
      dataset_id: ds,
      model_run_id: run,
      predictions_processed: 0,
      predictions_ignored: 1,
    }),
  },
  {
    route: 'GET dataset/{ds}/model/{prj}/export',
    path: 'dataset/{ds}/model/{prj}/export',
    reply: () => ({ box: [stored] }),
  },
  {
    route: 'GET dataset/{ds}/model/{prj}/iloc/{i}',
    path: 'dataset/{ds}/model/{prj}/iloc/0',
    reply: () => grouped,
  },
  {
    route: 'GET dataset/{ds}/model/{prj}/referenceId/{ref}',
    path: 'dataset/{ds}/model/{prj}/referenceId/a',
    reply: () => grouped,
  },
  {
    route: 'GET dataset/{ds}/model/{prj}/loc/{ref}/{ann}',
    path: 'dataset/{ds}/model/{prj}/loc/a/box-a',
    reply: () => stored,
  },
  {
    route: 'GET slice/{slc}/{prj}/exportForTraining',
    path: 'slice/{slc}/{prj}/exportForTraining',
    reply: () => ({ exportedRows: [{ ...row(answered('a')), box: [stored] }] }),
  },
  {
    route: 'POST slice/{slc}/{prj}/exportForTrainingPage',
    path: 'slice/{slc}/{prj}/exportForTrainingPage',
    body: { ...allRows, chip: false },
    reply: () => ({ data: [{ ...row(answered('a')), box: [stored] }], nextPageToken: null }),
  },
  {
    route: 'POST dataset/{ds}/model/{prj}/pointcloud/{ref}/uploadLSSPrediction',
    path: 'dataset/{ds}/model/{prj}/pointcloud/a/uploadLSSPrediction',
    body: { pointsSegmentationUrl: 'https://points.test/a.npy' },
    reply: () => expect.any(Object),
  },
  { route: 'DELETE modelRun/{run}', path: 'modelRun/{run}', body: {}, reply: () => expect.any(Object) },
  {
    route: 'DELETE model/{prj}',
    path: 'model/{prj}',
    body: {},
    reply: () => ({ msg: 'Model deletion running in an async job' }),
  },
];
