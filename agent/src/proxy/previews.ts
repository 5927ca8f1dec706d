import { AppError } from '@nucleus/shared/failure/app-error';
import type { Variant } from '@nucleus/shared/wire/local';
import type { FileStat } from '../source/file-stat.ts';
import type { ServableFile } from '../state/lookups.ts';
import type { PreviewDisk } from './preview-disk.ts';

/** Small renditions of a picture: made once by the decoder, kept on disk, the hot ones in memory. */

/** Longest edge of each variant, pixels. */
export const previewEdges: Record<Exclude<Variant, 'original'>, number> = {
  'preview-256': 256,
  'preview-512': 512,
  'preview-1024': 1024,
  'preview-2048': 2048,
};

export type PreviewType = 'webp' | 'jpeg';

/** What the decoder is asked for. */
export interface PreviewRequest {
  /** Where the same file stands, for a decoder that opens it anew: root, and path relative to it as bytes. */
  folder: string;
  followLinks?: boolean | undefined;
  path: Buffer;
  /** As it was catalogued, and was when it was asked for. */
  expected: FileStat;
  format: string | null;
  /** Longest edge of the result, never more than that of the picture. */
  edgePx: number;
  type: PreviewType;
  /** Aborts when nobody waits for the answer any more. */
  signal: AbortSignal;
}
/** The file behind a preview. */
export interface PreviewSource {
  folder: string;
  followLinks?: boolean | undefined;
  /** Throws unless the file is still the catalogued one. */
  check: () => Promise<void>;
}
export type MakePreview = (request: PreviewRequest) => Promise<Uint8Array>;

/** What tells previews apart: one item, one generation of its content, its size. */
export type PreviewSubject = Pick<ServableFile, 'itemKey' | 'generation' | 'longestEdgePx'>;

export interface Previews {
  /** From memory by {@link previewKey}, or undefined. */
  peek(key: string): Buffer | undefined;
  /**
   * From memory, disk or the decoder; requests for the same preview share one making.
   * @throws AppError unsupported-media-type when no preview can be made, overloaded, and whatever opening throws.
   */
  get(file: ServableFile, edgePx: number, type: PreviewType, source: PreviewSource, gone: AbortSignal): Promise<Buffer>;
}

const memoryBytes = 64 * 1024 * 1024;
/** Previews in the making; beyond it a viewer is told to come again. */
const maxMaking = 256;
/** A picture that could not be decoded is not tried again for this long. */
const failedForMs = 60_000;
const maxFailed = 10_000;

interface Making {
  result: Promise<Buffer>;
  waiting: number;
  abort: AbortController;
}

/** @param nowMs a monotonic clock. */
export function keepPreviews(make: MakePreview, disk: PreviewDisk, nowMs: () => number): Previews {
  const memory = new Map<string, Buffer>();
  let held = 0;
  const making = new Map<string, Making>();
  const failed = new Map<string, number>();

  const remember = (key: string, bytes: Buffer): Buffer => {
    if (bytes.length > memoryBytes / 16) return bytes;
    held += bytes.length - (memory.get(key)?.length ?? 0);
    memory.delete(key);
    memory.set(key, bytes);
    for (const [oldest, old] of memory) {
      if (held <= memoryBytes) break;
      memory.delete(oldest);
      held -= old.length;
    }
    return bytes;
  };

  const produce = async (key: string, request: PreviewRequest, source: PreviewSource): Promise<Buffer> => {
    const cached = memory.get(key) ?? (await disk.read(key));
    if (cached) return remember(key, cached);
    await source.check();
    try {
      const made = await make(request);
      // a decoder that opened the file anew may have met another one: nothing is kept unless the catalogued one is still there
      await source.check();
      const bytes = Buffer.from(made.buffer, made.byteOffset, made.byteLength);
      // the answer does not wait for the disk; a write that fails is logged there and costs a second making
      void disk.write(key, bytes);
      return remember(key, bytes);
    } catch (error) {
      if (request.signal.aborted) throw error;
      if (error instanceof AppError) throw error;
      failed.set(key, nowMs() + failedForMs);
      if (failed.size > maxFailed) failed.delete(failed.keys().next().value as string);
      throw new AppError('unsupported-media-type', noPreview, { cause: error });
    }
  };

  return {
    peek(key) {
      const bytes = memory.get(key);
      if (!bytes) return undefined;
      memory.delete(key);
      memory.set(key, bytes);
      return bytes;
    },
    async get(file, edgePx, type, source, gone) {
      const key = previewKey(file, edgePx, type);
      if ((failed.get(key) ?? 0) > nowMs()) throw new AppError('unsupported-media-type', noPreview);
      let shared = making.get(key);
      if (!shared || shared.abort.signal.aborted) {
        if (making.size >= maxMaking) {
          throw new AppError('overloaded', 'Too many previews are being made.', { retryAfterS: 1 });
        }
        const abort = new AbortController();
        const request = {
          folder: source.folder,
          followLinks: source.followLinks,
          path: file.path,
          expected: {
            dev: file.dev,
            ino: file.ino,
            size: file.byteSize,
            mtimeMs: file.mtimeMs,
            ctimeMs: file.ctimeMs,
          },
          format: file.format,
          edgePx: effectiveEdge(file, edgePx),
          type,
          signal: abort.signal,
        };
        const fresh: Making = { result: produce(key, request, source), waiting: 0, abort };
        const settle = (): void => {
          if (making.get(key) === fresh) making.delete(key);
        };
        fresh.result.then(settle, settle);
        making.set(key, fresh);
        shared = fresh;
      }
      const joined = shared;
      joined.waiting += 1;
      const leave = (): void => {
        joined.waiting -= 1;
        if (joined.waiting === 0) joined.abort.abort();
      };
      gone.addEventListener('abort', leave, { once: true });
      try {
        return await joined.result;
      } finally {
        gone.removeEventListener('abort', leave);
      }
    },
  };
}

const noPreview = 'No preview can be made of this file.';

/** A picture is never enlarged, so all variants above its size are one. */
function effectiveEdge(subject: PreviewSubject, edgePx: number): number {
  return Math.min(edgePx, subject.longestEdgePx);
}

/** Item, generation of its content, edge and type: a replaced file has other previews. */
export function previewKey(subject: PreviewSubject, edgePx: number, type: PreviewType): string {
  return `${subject.itemKey.toString('hex')}-${subject.generation}-${effectiveEdge(subject, edgePx)}.${type}`;
}

/** Whether a client says that it takes WebP; who names no such type gets JPEG, which everybody reads. */
export function prefersWebp(accept: string | undefined): boolean {
  return accept !== undefined && /(^|,)\s*image\/webp\s*(;(?!\s*q=0(\.0*)?\s*(,|;|$))[^,]*)?(,|$)/i.test(accept);
}
