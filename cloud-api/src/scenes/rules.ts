/** What a scene is, read from what was sent. Pure: nothing is fetched and nothing is looked up. */
import { createHash } from 'node:crypto';
import type { Metadata } from '@nucleus/shared/wire/dataset-item';
import { type FrameItem, LidarSceneInput, VideoSceneInput } from '@nucleus/shared/wire/scene-input';
import type { SceneEntry } from '@nucleus/shared/wire/scenes';
import { refKey } from '../items/rules.ts';

/** A picture or point cloud at its place in a scene. */
export interface PlacedFrame {
  /** From 0. */
  frame: number;
  /** Order within the frame. */
  place: number;
  /** Empty in videos. */
  sensor: string;
  refKey: string;
  item: FrameItem;
}

export interface ReadScene {
  type: 'lidar' | 'video';
  referenceId: string;
  metadata: Metadata;
  tracks: readonly { reference_id: string; metadata?: Metadata | null | undefined }[];
  frames: PlacedFrame[];
  frameRate: number | null;
  videoUrl: string | null;
  /** Nothing of it is ever fetched: it stays where it is. */
  staysOutside: boolean;
  /** Its frames are cut from its file. */
  isCut: boolean;
  /** Digest of what frames there are; an update must have the same. */
  structure: string;
}

export type Reading = { scene: ReadScene; problem?: never } | { scene?: never; problem: string };

/** @param isPrivate whether the dataset is in privacy mode */
export function readScene(type: 'lidar' | 'video', raw: unknown, isPrivate: boolean): Reading {
  return type === 'lidar' ? readLidar(raw, isPrivate) : readVideo(raw, isPrivate);
}

function readLidar(raw: unknown, isPrivate: boolean): Reading {
  const parsed = LidarSceneInput.safeParse(raw);
  if (!parsed.success) return { problem: issueOf(parsed.error.issues[0]) };
  const { data } = parsed;
  const frames = data.frames.flatMap((sensors, frame) =>
    Object.entries(sensors).map(([sensor, item], place) => placed(frame, place, sensor, item)),
  );
  const lidars = new Set(frames.flatMap(({ sensor, item }) => (item.kind === 'pointcloud' ? [sensor] : [])));
  if (lidars.size > 1) return { problem: 'frames: a scene has one lidar sensor, and this one has several' };
  const without = data.frames.findIndex((sensors) => Object.values(sensors).every(({ kind }) => kind !== 'pointcloud'));
  if (without >= 0) return { problem: `frames.${without}: has no point cloud` };
  const problem = repeated(frames);
  if (problem !== undefined) return { problem };
  return {
    scene: {
      ...commonOf(data),
      type: 'lidar',
      frames,
      frameRate: null,
      videoUrl: null,
      staysOutside: isPrivate,
      isCut: false,
      structure: structureOf(frames),
    },
  };
}

function readVideo(raw: unknown, isPrivate: boolean): Reading {
  const parsed = VideoSceneInput.safeParse(raw);
  if (!parsed.success) return { problem: issueOf(parsed.error.issues[0]) };
  const { data } = parsed;
  const items = data.frames ?? [];
  if (items.some(({ kind }) => kind !== 'image')) return { problem: 'frames: a video is made of images' };
  const frames = items.map((item, frame) => placed(frame, 0, '', item));
  const staysOutside = isPrivate || data.upload_to_scale === false;
  const problem = findVideoProblem(data, isPrivate, staysOutside) ?? repeated(frames);
  if (problem !== undefined) return { problem };
  const isCut = frames.length === 0;
  return {
    scene: {
      ...commonOf(data),
      type: 'video',
      frames,
      frameRate: data.frame_rate ?? null,
      videoUrl: data.video_url ?? null,
      staysOutside,
      isCut,
      structure: isCut ? digest(['file', data.video_url]) : structureOf(frames),
    },
  };
}

function findVideoProblem(
  { frames, frame_rate, video_url, upload_to_scale }: VideoSceneInput,
  isPrivate: boolean,
  staysOutside: boolean,
): string | undefined {
  const hasFrames = (frames ?? []).length > 0;
  if (isPrivate && upload_to_scale === true) return 'upload_to_scale: must be false when using privacy mode';
  if (staysOutside) {
    const isWhole = hasFrames && frame_rate != null && video_url != null;
    return isWhole ? undefined : 'video_url, frame_rate and frames are required when using privacy mode';
  }
  if (hasFrames && video_url != null) return 'frames: a video comes by frames or by video_url, not by both';
  if (!hasFrames && video_url == null) return 'frames: a video needs frames and frame_rate, or video_url';
  return hasFrames && frame_rate == null ? 'frame_rate: is required with frames' : undefined;
}

function commonOf(data: LidarSceneInput | VideoSceneInput): Pick<ReadScene, 'referenceId' | 'metadata' | 'tracks'> {
  return { referenceId: data.reference_id, metadata: data.metadata ?? {}, tracks: data.tracks ?? [] };
}

function placed(frame: number, place: number, sensor: string, item: FrameItem): PlacedFrame {
  return { frame, place, sensor, item, refKey: refKey(item.reference_id) };
}

function repeated(frames: readonly PlacedFrame[]): string | undefined {
  const seen = new Set<string>();
  for (const { frame, item } of frames) {
    if (seen.has(item.reference_id)) return `frames.${frame}: repeats a reference_id of this scene`;
    seen.add(item.reference_id);
  }
  return undefined;
}

function structureOf(frames: readonly PlacedFrame[]): string {
  return digest(frames.map(({ frame, sensor, item }) => [frame, sensor, item.kind, item.reference_id]));
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}

function issueOf(issue: { path: PropertyKey[]; message: string } | undefined): string {
  const where = issue?.path.join('.') ?? '';
  return `${where === '' ? 'scene' : where}: ${issue?.message ?? 'is not valid'}`;
}

/** Metadata of a frame's item as it is kept: camera parameters are part of it, where clients look for them. */
export function frameMetadata({ metadata, camera_params }: FrameItem): Metadata {
  return { ...metadata, ...(camera_params == null ? {} : { camera_params: camera_params as Metadata[string] }) };
}

/** Reference id of a frame that was cut from a file. */
export function cutReference(sceneReferenceId: string, frame: number): string {
  return `${sceneReferenceId}_frame_${String(frame).padStart(6, '0')}`;
}

/** A scene that is there. */
export interface SceneRow {
  sceneId: string;
  referenceId: string;
  seq: number;
  type: 'lidar' | 'video';
  metadata: string;
  frameRate: string | null;
  videoUrl: string | null;
  structure: string;
}

export function toSceneEntry({ sceneId, referenceId, type, metadata }: SceneRow): SceneEntry {
  return { id: sceneId, reference_id: referenceId, type, metadata: JSON.parse(metadata) as Metadata };
}

/** Stretches of whole numbers that follow each other, in order, both ends included. */
export function spansOf(frames: readonly number[]): { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = [];
  for (const frame of frames.toSorted((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last !== undefined && frame === last.to + 1) last.to = frame;
    else spans.push({ from: frame, to: frame });
  }
  return spans;
}
