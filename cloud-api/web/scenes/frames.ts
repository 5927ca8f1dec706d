/** Frames of a scene as the page shows them, whichever kind it is. Pure. */
import type { FrameItem, Scene } from '@nucleus/shared/wire/scenes';

export interface Sensor {
  name: string;
  item: FrameItem;
}

/** Items of each frame by sensor; a video has one, without a name. */
export function framesOf(scene: Scene): Sensor[][] {
  return scene.frames.map((frame): Sensor[] =>
    isVideoFrame(frame) ? [{ name: '', item: frame }] : Object.entries(frame).map(([name, item]) => ({ name, item })),
  );
}

export function isCloud(item: FrameItem): boolean {
  return item.pointcloud_url !== undefined;
}

function isVideoFrame(frame: Scene['frames'][number]): frame is FrameItem {
  return typeof (frame as FrameItem).reference_id === 'string';
}

/** Metadata that says something in a line; cameras and what is nested are shown elsewhere. */
export function plainFields(metadata: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(metadata).flatMap(([name, value]): [string, string][] =>
    ['string', 'number', 'boolean'].includes(typeof value) ? [[name, String(value)]] : [],
  );
}
