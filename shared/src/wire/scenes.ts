import { z } from 'zod';
import { ReferenceId, WellFormedText } from '../ids/ids.ts';
import { StoredLabel } from './annotations.ts';
import { DatasetItem, Metadata } from './dataset-item.ts';
import type { Endpoint } from './endpoint.ts';
import { AsyncQuery, JobHead } from './jobs.ts';
import { NextPage, PageRequest } from './page.ts';

/** What a point cloud holds, as it was found when it came in. */
export const PointCloudSummary = z.object({
  points: z.int(),
  /** Lowest and highest coordinates; null when there is no point. */
  min: z.object({ x: z.number(), y: z.number(), z: z.number() }).nullable(),
  max: z.object({ x: z.number(), y: z.number(), z: z.number() }).nullable(),
  has_intensity: z.boolean(),
  bytes: z.int(),
  /** 64 hex of the file. */
  sha256: z.string(),
});
export type PointCloudSummary = z.infer<typeof PointCloudSummary>;

/** An item of a frame. A point cloud has `pointcloud_url` and no `image_url`: clients want exactly one of them. */
const FrameItem = DatasetItem.extend({ pointcloud: PointCloudSummary.optional() });
export type FrameItem = z.infer<typeof FrameItem>;

export const Track = z.object({ reference_id: z.string(), dataset_id: z.string(), metadata: Metadata });
export type Track = z.infer<typeof Track>;

export const SceneEntry = z.object({
  id: z.string(),
  reference_id: z.string(),
  type: z.enum(['lidar', 'video']),
  metadata: Metadata,
});
export type SceneEntry = z.infer<typeof SceneEntry>;

/** The presence of `frame_rate` or `video_url` makes it a video, whose frames are items; else each frame is items by sensor. */
export const Scene = SceneEntry.extend({
  frames: z.union([z.array(FrameItem), z.array(z.record(z.string(), FrameItem))]),
  tracks: z.array(Track),
  /** Categories of the whole scene by kind, where it has any. */
  annotations: z.record(z.string(), z.array(StoredLabel)).optional(),
  frame_rate: z.number().optional(),
  video_url: z.string().optional(),
});
export type Scene = z.infer<typeof Scene>;

const SceneCounts = z.object({
  dataset_id: z.string(),
  new_scenes: z.int(),
  updated_scenes: z.int(),
  ignored_scenes: z.int(),
  /** Items of the frames. */
  new_items: z.int(),
  updated_items: z.int(),
  ignored_items: z.int(),
  /** Scenes that were refused; the others are in. */
  upload_errors: z.int(),
  error_payload: z.array(z.json()).optional(),
});
export type SceneCounts = z.infer<typeof SceneCounts>;

const UploadRequest = z.union([
  z.object({ scenes: z.array(z.json()).max(1_000), update: z.boolean().default(false) }),
  z.object({
    requestId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
    update: z.boolean().default(false),
  }),
]);
const uploadErrors = ['dataset-not-found', 'dataset-holds-items', 'upload-not-found', 'body-too-large'] as const;

const ScenePage = PageRequest.extend({ query: z.string().max(8192).nullish() });

/** A label of a track on one frame of a scene. */
const TrackFrame = z.object({
  left: z.number(),
  top: z.number(),
  width: z.number(),
  height: z.number(),
  /** Number of the frame, from 0. */
  key: z.int(),
  metadata: Metadata,
});

/** Nucleus routes for scenes and tracks (wire contract 8.2, 12 and 13). */
export const sceneEndpoints = {
  uploadScenes: {
    method: 'post',
    path: '/v1/nucleus/:datasetId/upload_scenes',
    access: 'write',
    summary: 'Add or update lidar scenes',
    query: AsyncQuery,
    body: UploadRequest,
    reply: z.union([SceneCounts, JobHead]),
    errors: uploadErrors,
    dialect: 'nucleus',
  },
  uploadVideoScenes: {
    method: 'post',
    path: '/v1/nucleus/:datasetId/upload_video_scenes',
    access: 'write',
    summary: 'Add or update video scenes, by frames or by file',
    query: AsyncQuery,
    body: UploadRequest,
    reply: z.union([SceneCounts, JobHead]),
    errors: uploadErrors,
    dialect: 'nucleus',
  },
  listScenes: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/scenes_list',
    access: 'read',
    summary: 'Scenes of a dataset in insertion order',
    reply: z.object({ scenes: z.array(SceneEntry) }),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  getScene: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/scene/:sceneRef',
    access: 'read',
    summary: 'A scene with its frames and tracks; with `from_item` the one that holds the item of that reference id',
    query: z.object({ from_item: z.string().optional() }),
    reply: Scene,
    errors: ['dataset-not-found', 'scene-not-found'],
    dialect: 'nucleus',
  },
  deleteScene: {
    method: 'delete',
    path: '/v1/nucleus/dataset/:datasetId/scene/:sceneRef',
    access: 'write',
    summary: 'Delete a scene with the items of its frames and their labels',
    reply: z.object({ message: z.string() }),
    errors: ['dataset-not-found', 'scene-not-found'],
    dialect: 'nucleus',
  },
  queryScenes: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/queryScenesPage',
    access: 'read',
    summary: 'A page of the scenes that meet a query over their reference ids and metadata, in insertion order',
    body: ScenePage,
    reply: z.object({ items: z.array(SceneEntry), ...NextPage }),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  exportScenes: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/exportForTrainingByScene',
    access: 'export',
    summary: 'A page of scenes with the boxes of their tracks',
    body: PageRequest.extend({ sliceId: z.string().max(64).nullish(), onlyMostRecentTask: z.boolean().nullish() }),
    reply: z.object({
      data: z.array(
        z.object({
          scene: SceneEntry.extend({ fileLocation: z.string().nullable() }),
          annotations: z.record(
            z.string(),
            z.object({ label: z.string(), name: z.string(), frames: z.array(TrackFrame) }),
          ),
        }),
      ),
      ...NextPage,
    }),
    errors: ['dataset-not-found', 'slice-not-found'],
    dialect: 'nucleus',
  },
  listTracks: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/tracks',
    access: 'read',
    summary: 'Tracks of a dataset, the oldest first',
    reply: z.object({ tracks: z.array(Track) }),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  putTrack: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/tracks',
    access: 'annotate',
    summary: 'Add a track, or merge or replace the metadata of one that is there',
    body: z.object({ reference_id: ReferenceId, metadata: Metadata.nullish(), overwrite: z.boolean().default(false) }),
    reply: Track,
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  deleteTracks: {
    method: 'delete',
    path: '/v1/nucleus/dataset/:datasetId/tracks',
    access: 'annotate',
    summary: 'Delete tracks; labels that named them stay',
    body: z.object({ track_reference_ids: z.array(WellFormedText).max(10_000) }),
    /** Those that were there. */
    reply: z.object({ dataset_id: z.string(), deleted_tracks: z.array(z.string()) }),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
} as const satisfies Record<string, Endpoint>;
