/** The attachment operation: fetch, check, decode, store. Only this brings bytes of a caller into the object store. */
import { rm } from 'node:fs/promises';
import { AppError } from '@nucleus/shared/failure/app-error';
import { StoredExif } from '@nucleus/shared/wire/assets';
import type { PointCloudSummary } from '@nucleus/shared/wire/scenes';
import { readFileStream } from '../objects/disk-store.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { openIncoming } from '../objects/open-incoming.ts';
import { checkPointCloud } from './check/check-point-cloud.ts';
import { sniffBytes, sniffImage } from './check/sniff-image.ts';
import { type CutVideo, cutFrames, cutLimits } from './decode/cut-frames.ts';
import { openDecodePool } from './decode/decode-pool.ts';
import { openStoredPictures, type StoredPictures } from './decode/open-stored.ts';
import { type FetchLimits, fetchAttachment, fetchLimits } from './fetch/fetch-attachment.ts';
import { type LocateParts, locateContent } from './fetch/locate-content.ts';
import { postCallback } from './fetch/post-callback.ts';
import { type KeptImage, objectKey } from './kept-image.ts';
import { limitConcurrency, limitEach } from './limit-concurrency.ts';
import { openPreviews, type PreviewOf } from './open-previews.ts';
import { hostOf } from './rules.ts';
import { type StagedFile, stageFile } from './store/stage-file.ts';

export interface Attachments extends StoredPictures {
  objects: ObjectStore;
  /** Largest body that a fetch takes. */
  maxBytes: number;
  /**
   * Fetches an image and keeps it for a tenant.
   * @param onFetched told once the whole body is here, before it is decoded
   * @throws AppError `attachment-unreachable`, `attachment-refused`; nothing is kept then
   */
  fetchImage(tenantId: string, url: string, signal: AbortSignal, onFetched?: () => Promise<void>): Promise<KeptImage>;
  /**
   * Fetches a file that is no picture; {@link dropStaged} ends it.
   * @throws AppError `attachment-unreachable`
   */
  fetchFile(tenantId: string, url: string, signal: AbortSignal): Promise<StagedFile>;
  /** Writes an uploaded body to a private file; {@link keepStaged} or {@link dropStaged} ends it. */
  stage(body: AsyncIterable<Uint8Array>): Promise<StagedFile>;
  /** Checks, decodes and keeps an uploaded image. @throws AppError `attachment-refused` */
  keepStaged(tenantId: string, staged: StagedFile, signal: AbortSignal): Promise<KeptImage>;
  dropStaged(staged: StagedFile): Promise<void>;
  /** Reads a point cloud and tells what it holds. @throws AppError `attachment-refused` */
  checkPointCloud(staged: StagedFile, signal: AbortSignal): Promise<PointCloudSummary>;
  /** Cuts a video into pictures. @throws AppError `attachment-refused` */
  cutVideo(staged: StagedFile, framesPerSecond: number | undefined, signal: AbortSignal): Promise<CutVideo>;
  /** A smaller copy of a stored picture for pages. @throws AppError `link-refused` */
  preview: PreviewOf;
  /** Sends JSON to a customer's server by the rules of every fetch; answers whether it took it. */
  postCallback(url: string, body: string, headers: Record<string, string>, signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

export interface AttachmentsOptions {
  objects: ObjectStore;
  /** Folder for bodies on their way in. */
  staging: string;
  /** How content is found and what may be fetched. */
  sources: LocateParts;
  /** The built `decode/decode-child.js`. */
  decodeChild: URL;
  limits?: FetchLimits;
  /** Awaited before bytes are looked for in the store: see `reclaimObject`. */
  reclaim: (tenantId: string, sha256: string) => Promise<void>;
}

/** Transfers of one process at once, whatever requests ask for; and of them those of one tenant, and requests that one host gets. */
const mostTransfers = { all: 64, perTenant: 32, perHost: 4 };
/** 5,000 vectors of 1,536 numbers as text. */
const mostFileBytes = 256 * 1024 * 1024;
const fileTotalMs = 15 * 60_000;
const decodeProcesses = 2;
const decodeTimeoutMs = 15_000;

/** Makes the folder for bodies on their way in; decoders start with the first image. */
export async function openAttachments(options: AttachmentsOptions): Promise<Attachments> {
  const { objects, staging, sources, limits = fetchLimits } = options;
  await openIncoming(staging);
  const fileLimits = { ...limits, maxBytes: mostFileBytes, totalMs: fileTotalMs };
  const ofTenant = limitEach(mostTransfers.perTenant);
  const ofHost = limitEach(mostTransfers.perHost);
  const ofAll = limitConcurrency(mostTransfers.all);
  /** Waiting for a slow host takes none of the places of all, and a host gets the next request while what it sent is decoded. */
  const fetchStaged = (tenantId: string, url: string, within: FetchLimits, signal: AbortSignal) => {
    const fetch = async () =>
      fetchAttachment(
        await locateContent(tenantId, url, sources, signal),
        sources.policy,
        within,
        (body) => stageFile(staging, body, sniffBytes),
        signal,
      );
    return ofHost(hostOf(url) ?? '', () => ofAll(fetch, signal), signal);
  };
  const pool = openDecodePool({
    childUrl: options.decodeChild,
    processes: decodeProcesses,
    timeoutMs: decodeTimeoutMs,
  });

  async function keepStaged(tenantId: string, staged: StagedFile, signal: AbortSignal): Promise<KeptImage> {
    try {
      const format = await sniffImage(staged.head);
      const decoded = format === undefined ? undefined : await pool.decode({ path: staged.path, format }, signal);
      if (format === undefined || decoded === undefined || signal.aborted) throw notAnImage();
      await options.reclaim(tenantId, staged.sha256);
      const key = objectKey(tenantId, staged.sha256);
      if ((await objects.stat(key))?.bytes !== staged.bytes) await objects.put(key, readFileStream(staged.path));
      // what a picture made of its decoder cannot say more than the schema lets through
      const exif = StoredExif.safeParse(decoded.exif).data ?? {};
      return { ...decoded, exif, sha256: staged.sha256, bytes: staged.bytes, format };
    } finally {
      await rm(staged.path, { force: true });
    }
  }

  return {
    objects,
    maxBytes: limits.maxBytes,
    postCallback: (url, body, headers, signal) => postCallback(url, sources.policy, { body, headers }, signal),
    fetchImage: (tenantId, url, signal, onFetched) =>
      ofTenant(
        tenantId,
        async () => {
          const staged = await fetchStaged(tenantId, url, limits, signal);
          await onFetched?.().catch(async (error: unknown) => {
            await rm(staged.path, { force: true });
            throw error;
          });
          return keepStaged(tenantId, staged, signal);
        },
        signal,
      ),
    fetchFile: (tenantId, url, signal) =>
      ofTenant(tenantId, () => fetchStaged(tenantId, url, fileLimits, signal), signal),
    stage: (body) => stageFile(staging, body, sniffBytes),
    keepStaged,
    checkPointCloud,
    cutVideo: (staged, framesPerSecond, signal) => cutFrames(staging, staged, framesPerSecond, cutLimits, signal),
    preview: openPreviews({ objects, staging, pool }),
    ...openStoredPictures({ objects, staging, pool }),
    dropStaged: (staged) => rm(staged.path, { force: true }),
    close: () => pool.close(),
  };
}

function notAnImage(): AppError {
  return new AppError('attachment-refused', 'The file is not an image that can be read.');
}
