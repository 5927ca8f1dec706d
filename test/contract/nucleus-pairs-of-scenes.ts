/** Pairs of scenes and tracks, over a dataset of their own. */
import { expect } from 'vitest';
import { allRows, head, keepJob, type Pair, type PairState } from './nucleus-pair.ts';
import { lidarScene, videoScene } from './some-scenes.ts';

const aScene = lidarScene('drive', 1);
const frame = (ref: string, over: object) => ({
  id: expect.stringMatching(/^di_[a-z0-9]{20}$/),
  ref_id: ref,
  reference_id: ref,
  metadata: {},
  ...over,
});
const entry = (reference_id: string, type: string, metadata: object) => ({
  id: expect.stringMatching(/^scn_[a-z0-9]{20}$/),
  reference_id,
  type,
  metadata,
});
const drive = entry('drive', 'lidar', { site: 'yard', n: 3 });
const clip = entry('clip', 'video', { night: 'yes' });
const track = (state: PairState, reference_id: string, metadata: object) => ({
  reference_id,
  dataset_id: state.ds,
  metadata,
});
const driven = (state: PairState) => ({
  ...drive,
  frames: [
    {
      lidar: frame('drive/cloud/0', { pointcloud_url: 'https://files.test/cloud.json' }),
      front: frame('drive/front/0', {
        image_url: 'https://files.test/a.jpg',
        original_image_url: 'https://files.test/a.jpg',
        metadata: { camera_params: aScene.frames[0]?.front && expect.objectContaining({ fx: 900, cy: 240 }) },
      }),
    },
  ],
  tracks: [track(state, 'drive/car', { colour: 'red' })],
});
const counts = (state: PairState) => ({
  dataset_id: state.ds,
  new_scenes: 1,
  updated_scenes: 0,
  ignored_scenes: 0,
  new_items: 2,
  updated_items: 0,
  ignored_items: 0,
  upload_errors: 0,
});

export const scenePairs: Pair[] = [
  {
    route: 'POST dataset/create',
    path: 'dataset/create',
    body: { name: 'scenes', is_scene: true, use_privacy_mode: true },
    reply: () => ({ dataset_id: expect.any(String) }),
    keep: (body) => ({ ds: body.dataset_id }),
  },
  { route: 'GET dataset/{ds}/scenes_list', path: 'dataset/{ds}/scenes_list', reply: () => ({ scenes: [] }) },
  {
    route: 'POST {ds}/upload_scenes',
    path: '{ds}/upload_scenes',
    body: { scenes: [aScene], update: false },
    reply: counts,
  },
  {
    route: 'GET dataset/{ds}/signedUrl/{request}',
    path: `dataset/{ds}/signedUrl/${'e'.repeat(32)}`,
    reply: () => ({ signed_url: expect.any(String) }),
    keep: (body) => ({ signedUrl: body.signed_url }),
  },
  {
    route: 'PUT <signed_url>',
    path: '{signedUrl}',
    raw: JSON.stringify(videoScene('clip')),
    reply: () => expect.any(Object),
  },
  {
    route: 'POST {ds}/upload_video_scenes',
    path: '{ds}/upload_video_scenes?async=1',
    body: { requestId: 'e'.repeat(32), update: false },
    reply: head('uploadVideoScene'),
    keep: keepJob,
    ends: counts,
  },
  {
    route: 'GET dataset/{ds}/scenes_list',
    path: 'dataset/{ds}/scenes_list',
    reply: () => ({ scenes: [drive, clip] }),
  },
  { route: 'GET dataset/{ds}/scene/{ref}', path: 'dataset/{ds}/scene/drive', reply: driven },
  {
    route: 'GET dataset/{ds}/scene/{ref}',
    path: 'dataset/{ds}/scene/drive%2Ffront%2F0?from_item=1',
    reply: driven,
  },
  {
    route: 'GET dataset/{ds}/scene/{ref}',
    path: 'dataset/{ds}/scene/clip',
    reply: () => ({
      ...clip,
      frame_rate: 29.97,
      video_url: 'https://files.test/clip.mp4',
      tracks: [],
      frames: [0, 1].map((i) =>
        frame(`clip/${i}`, {
          image_url: `https://files.test/clip/${i}.jpg`,
          original_image_url: `https://files.test/clip/${i}.jpg`,
        }),
      ),
    }),
  },
  { route: 'GET dataset/{ds}/size', path: 'dataset/{ds}/size', reply: () => ({ count: 4 }) },
  {
    route: 'POST dataset/{ds}/queryScenesPage',
    path: 'dataset/{ds}/queryScenesPage',
    body: { ...allRows, query: 'metadata.site = "yard" AND n > 2' },
    reply: () => ({ items: [drive], nextPageToken: null }),
  },
  {
    route: 'POST dataset/{ds}/exportForTrainingByScene',
    path: 'dataset/{ds}/exportForTrainingByScene',
    body: { pageToken: null, pageSize: 1, sliceId: null, onlyMostRecentTask: true },
    reply: () => ({
      data: [{ scene: { ...drive, fileLocation: null }, annotations: {} }],
      nextPageToken: expect.any(String),
    }),
  },
  {
    route: 'POST dataset/{ds}/tracks',
    path: 'dataset/{ds}/tracks',
    body: { reference_id: 'drive/car', metadata: { parked: 'no' }, overwrite: false },
    reply: (state) => track(state, 'drive/car', { colour: 'red', parked: 'no' }),
  },
  {
    route: 'GET dataset/{ds}/tracks',
    path: 'dataset/{ds}/tracks',
    reply: (state) => ({ tracks: [track(state, 'drive/car', { colour: 'red', parked: 'no' })] }),
  },
  {
    route: 'DELETE dataset/{ds}/tracks',
    path: 'dataset/{ds}/tracks',
    body: { track_reference_ids: ['drive/car', 'nobody'] },
    reply: ({ ds }) => ({ dataset_id: ds, deleted_tracks: ['drive/car'] }),
  },
  {
    route: 'DELETE dataset/{ds}/scene/{ref}',
    path: 'dataset/{ds}/scene/drive',
    body: {},
    reply: () => expect.any(Object),
  },
  {
    route: 'GET dataset/{ds}/scenes_list',
    path: 'dataset/{ds}/scenes_list',
    reply: () => ({ scenes: [clip] }),
  },
  { route: 'GET dataset/{ds}/size', path: 'dataset/{ds}/size', reply: () => ({ count: 2 }) },
];
