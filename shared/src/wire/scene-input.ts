/** Scenes as clients send them (wire contract 12). Read scene by scene: one that is refused leaves the others in. */
import { z } from 'zod';
import { ReferenceId, WellFormedText } from '../ids/ids.ts';
import { Metadata } from './dataset-item.ts';

/** Most pictures and point clouds that one scene may have. */
const mostFrameItems = 10_000;
const mostSensors = 64;
const mostTracks = 10_000;

const Address = WellFormedText.refine((url) => url.length > 0 && url.length <= 4096, 'must be 1 to 4,096 characters');
const Point3 = z.object({ x: z.number(), y: z.number(), z: z.number() });

/** Where a camera stands, which way it looks and how it projects; the client needs the first six to read an item back. */
const CameraParams = z.looseObject({
  position: Point3,
  heading: z.object({ w: z.number(), x: z.number(), y: z.number(), z: z.number() }),
  fx: z.number(),
  fy: z.number(),
  cx: z.number(),
  cy: z.number(),
  camera_model: z.enum(['brown_conrady', 'fisheye']).nullish(),
});

/** One picture or point cloud of a frame. Some clients spell the address `image_url` or `pointcloud_url`, as replies do. */
const FrameItem = z
  .object({
    reference_id: ReferenceId,
    url: Address.nullish(),
    image_url: Address.nullish(),
    pointcloud_url: Address.nullish(),
    type: z.enum(['image', 'pointcloud']).nullish(),
    metadata: Metadata.nullish(),
    camera_params: CameraParams.nullish(),
    width: z.int().min(1).max(1_000_000).nullish(),
    height: z.int().min(1).max(1_000_000).nullish(),
  })
  .transform(({ url, image_url, pointcloud_url, type, ...rest }, context) => {
    const kind = type ?? (pointcloud_url == null ? 'image' : 'pointcloud');
    const address = url ?? (kind === 'image' ? image_url : pointcloud_url);
    if (address == null) context.addIssue({ code: 'custom', message: 'is missing', path: ['url'] });
    return { ...rest, kind, url: address ?? '' } as const;
  });
export type FrameItem = z.output<typeof FrameItem>;

const Track = z.object({ reference_id: ReferenceId, metadata: Metadata.nullish() });
const SensorName = WellFormedText.refine(
  (name) => name.length > 0 && name.length <= 256,
  'must be 1 to 256 characters',
);

const common = {
  reference_id: ReferenceId,
  metadata: Metadata.nullish(),
  tracks: z.array(Track).max(mostTracks).nullish(),
};

export const LidarSceneInput = z.object({
  ...common,
  frames: z
    .array(
      z
        .record(SensorName, FrameItem)
        .refine((sensors) => Object.keys(sensors).length <= mostSensors, `may have ${mostSensors} sensors`),
    )
    .min(1)
    .max(mostFrameItems),
});
export type LidarSceneInput = z.output<typeof LidarSceneInput>;

export const VideoSceneInput = z.object({
  ...common,
  frame_rate: z.number().gt(0).max(1_000).nullish(),
  video_url: Address.nullish(),
  /** False keeps the scene where it is: nothing of it is fetched, as in privacy mode. */
  upload_to_scale: z.boolean().nullish(),
  frames: z.array(FrameItem).max(mostFrameItems).nullish(),
});
export type VideoSceneInput = z.output<typeof VideoSceneInput>;
