/** Looks into stored pictures and masks, by decoders of their own processes. */
import { rm } from 'node:fs/promises';
import type { ObjectStore } from '../../objects/object-store.ts';
import type { ImageFormat } from '../check/sniff-image.ts';
import { objectKey } from '../kept-image.ts';
import { stageFile } from '../store/stage-file.ts';
import type { DecodePool } from './decode-pool.ts';
import type { MaskRuns, Region } from './decoded.ts';

/** An object of the store. */
export interface StoredPicture {
  tenantId: string;
  sha256: string;
  format: ImageFormat;
}

export interface StoredPictures {
  /** The blurhash of parts of a picture, in their order; undefined for a part that shows nothing of it, and for all when it cannot be read. */
  describeRegions(
    picture: StoredPicture,
    regions: readonly Region[],
    signal: AbortSignal,
  ): Promise<readonly (string | undefined)[]>;
  /** Values of a mask; undefined for one that cannot be read. */
  readMask(picture: StoredPicture, signal: AbortSignal): Promise<MaskRuns | undefined>;
}

export function openStoredPictures(parts: { objects: ObjectStore; staging: string; pool: DecodePool }): StoredPictures {
  const { objects, staging, pool } = parts;
  /** With a copy on this machine, which is gone afterwards; undefined when the object is. */
  const withCopy = async <T>(
    { tenantId, sha256 }: StoredPicture,
    look: (path: string) => Promise<T | undefined>,
  ): Promise<T | undefined> => {
    const body = await objects.get(objectKey(tenantId, sha256)).catch(() => undefined);
    if (body === undefined) return undefined;
    const copy = await stageFile(staging, body as AsyncIterable<Uint8Array>, 0);
    try {
      return await look(copy.path);
    } finally {
      await rm(copy.path, { force: true });
    }
  };
  return {
    describeRegions: async (picture, regions, signal) =>
      (await withCopy(picture, (path) => pool.describe({ path, format: picture.format, regions }, signal))) ?? [],
    readMask: (picture, signal) => withCopy(picture, (path) => pool.readMask({ path, format: picture.format }, signal)),
  };
}
