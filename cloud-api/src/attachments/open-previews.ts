/** Web renditions of stored pictures: made when they are first asked for, once however many ask, and kept beside the originals. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import { readFileStream } from '../objects/disk-store.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { DecodePool } from './decode/decode-pool.ts';
import { objectKey } from './kept-image.ts';
import { limitConcurrency } from './limit-concurrency.ts';
import type { ObjectClaim } from './object-link.ts';
import { stageFile } from './store/stage-file.ts';

/** Where a rendition is kept. */
export interface Preview {
  key: string;
  bytes: number;
}

export type PreviewOf = (
  object: Pick<ObjectClaim, 'tenantId' | 'sha256' | 'format'>,
  longEdgePx: number,
) => Promise<Preview>;

/** As the variants of links name them. */
const previewSizes = [256, 1024, 2048];
const mostAtOnce = 4;
const makeMs = 30_000;

/** @throws AppError (the function it answers) `link-refused` when the original is gone or cannot be decoded any more */
export function openPreviews(parts: { objects: ObjectStore; staging: string; pool: DecodePool }): PreviewOf {
  const { objects } = parts;
  const making = new Map<string, Promise<Preview>>();
  const inTurn = limitConcurrency(mostAtOnce);
  return async (object, longEdgePx) => {
    const key = previewKey(object, longEdgePx);
    const kept = making.has(key) ? undefined : await objects.stat(key);
    if (kept !== undefined) return { key, bytes: kept.bytes };
    // Looked at again, because somebody may have begun while the store was asked.
    const made =
      making.get(key) ??
      inTurn(() => makePreview(parts, object, { key, longEdgePx }), AbortSignal.timeout(makeMs)).finally(() => {
        making.delete(key);
      });
    making.set(key, made);
    return made;
  };
}

/** Every rendition that may be kept of an object. */
export function previewKeys(object: { tenantId: string; sha256: string }): string[] {
  return previewSizes.map((longEdgePx) => previewKey(object, longEdgePx));
}

function previewKey({ tenantId, sha256 }: { tenantId: string; sha256: string }, longEdgePx: number): string {
  return `${tenantId}/previews/${sha256.slice(0, 2)}/${sha256}-${longEdgePx}.webp`;
}

async function makePreview(
  { objects, staging, pool }: { objects: ObjectStore; staging: string; pool: DecodePool },
  { tenantId, sha256, format }: Pick<ObjectClaim, 'tenantId' | 'sha256' | 'format'>,
  { key, longEdgePx }: { key: string; longEdgePx: number },
): Promise<Preview> {
  const body = await objects.get(objectKey(tenantId, sha256)).catch((cause: unknown) => {
    throw new AppError('link-refused', 'This link opens nothing.', { cause });
  });
  const original = await stageFile(staging, body as AsyncIterable<Uint8Array>, 0);
  const path = join(staging, randomBytes(16).toString('hex'));
  try {
    const render = { path, longEdgePx };
    if (!(await pool.render({ path: original.path, format, render }, AbortSignal.timeout(makeMs)))) {
      throw new AppError('link-refused', 'There is no preview of this picture.');
    }
    return { key, bytes: await objects.put(key, readFileStream(path)) };
  } finally {
    await rm(original.path, { force: true });
    await rm(path, { force: true });
  }
}
