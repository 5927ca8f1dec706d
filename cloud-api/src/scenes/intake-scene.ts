/** Brings in what a scene names, before anything is written: nothing but queries may be awaited in a transaction. */
import { setMaxListeners } from 'node:events';
import { createReadStream } from 'node:fs';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { PointCloudSummary } from '@nucleus/shared/wire/scenes';
import type { KeptImage } from '../attachments/kept-image.ts';
import { limitConcurrency } from '../attachments/limit-concurrency.ts';
import type { Attachments } from '../attachments/open-attachments.ts';
import type { PlacedFrame, ReadScene } from './rules.ts';

/** What is known of the files of a scene, by place in `frames`; a scene that stays outside has nothing here. */
export interface BroughtScene {
  images: ReadonlyMap<PlacedFrame, KeptImage>;
  clouds: ReadonlyMap<PlacedFrame, PointCloudSummary>;
  /** Pictures that were cut from the scene's file, in order. */
  cut: readonly KeptImage[];
}

const nothing: BroughtScene = { images: new Map(), clouds: new Map(), cut: [] };
const mostAtOnce = 16;
const cutsAtOnce = 4;

/**
 * Fetches and checks every file of a scene, or none where it stays outside.
 * @throws AppError `attachment-unreachable`, `attachment-refused`, naming the frame; what was kept by then is swept later
 */
export async function bringScene(
  attachments: Attachments,
  tenantId: string,
  scene: ReadScene,
  until: AbortSignal,
): Promise<BroughtScene> {
  if (scene.staysOutside) return nothing;
  const giveUp = new AbortController();
  const signal = AbortSignal.any([until, giveUp.signal]);
  setMaxListeners(0, signal);
  try {
    if (scene.isCut) return { ...nothing, cut: await cutFile(attachments, tenantId, scene, signal) };
    const inTurn = limitConcurrency(mostAtOnce);
    const images = new Map<PlacedFrame, KeptImage>();
    const clouds = new Map<PlacedFrame, PointCloudSummary>();
    await Promise.all(
      scene.frames.map(async (frame) => {
        const work = async (): Promise<void> => {
          if (frame.item.kind === 'image')
            images.set(frame, await attachments.fetchImage(tenantId, frame.item.url, signal));
          else clouds.set(frame, await fetchCloud(attachments, tenantId, frame.item.url, signal));
        };
        await inTurn(work, signal).catch((error: unknown) => {
          // One that cannot be had refuses the scene: the others need not be fetched any more.
          giveUp.abort(error);
          if (!(error instanceof AppError)) throw error;
          const at = ['frames', frame.frame, ...(frame.sensor === '' ? [] : [frame.sensor])].join('.');
          throw new AppError(error.code, `${at}: ${sayFile(error.message, frame.item.kind)}`, { cause: error });
        });
      }),
    );
    return { images, clouds, cut: [] };
  } finally {
    giveUp.abort();
  }
}

async function fetchCloud(
  attachments: Attachments,
  tenantId: string,
  url: string,
  signal: AbortSignal,
): Promise<PointCloudSummary> {
  const staged = await attachments.fetchFile(tenantId, url, signal);
  try {
    return await attachments.checkPointCloud(staged, signal);
  } finally {
    await attachments.dropStaged(staged);
  }
}

async function cutFile(
  attachments: Attachments,
  tenantId: string,
  { videoUrl, frameRate }: ReadScene,
  signal: AbortSignal,
): Promise<KeptImage[]> {
  const staged = await attachments.fetchFile(tenantId, videoUrl ?? '', signal).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `video_url: ${sayFile(error.message, 'video')}`, { cause: error });
  });
  try {
    const video = await attachments.cutVideo(staged, frameRate ?? undefined, signal);
    try {
      const inTurn = limitConcurrency(cutsAtOnce);
      return await Promise.all(
        video.paths.map((path) =>
          inTurn(async () => {
            const frame = await attachments.stage(createReadStream(path));
            return attachments.keepStaged(tenantId, frame, signal);
          }, signal),
        ),
      );
    } finally {
      await video.drop();
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `video_url: ${error.message}`, { cause: error });
  } finally {
    await attachments.dropStaged(staged);
  }
}

/** Fetching speaks of images, whatever it fetches. */
function sayFile(message: string, kind: 'image' | 'pointcloud' | 'video'): string {
  const noun = { image: 'image', pointcloud: 'point cloud', video: 'video' }[kind];
  return message.replace('The image could', `The ${noun} could`);
}
