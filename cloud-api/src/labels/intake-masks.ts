/** Brings in the pictures of masks before anything is written: nothing but queries may be awaited in a transaction. */
import { setMaxListeners } from 'node:events';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { KeptImage, Picture } from '../attachments/kept-image.ts';
import { limitConcurrency } from '../attachments/limit-concurrency.ts';
import type { Attachments } from '../attachments/open-attachments.ts';
import type { StagedFile } from '../attachments/store/stage-file.ts';
import type { ReadRow } from './read-rows.ts';

const mostAtOnce = 8;

/**
 * Fetches or takes over the pictures of masks. One that cannot be had is a value, and nothing of it is kept.
 * @param uploads files by the place of their row; when given, no address is fetched
 */
export async function intakeMasks(
  attachments: Attachments,
  tenantId: string,
  rows: readonly ReadRow[],
  uploads: readonly StagedFile[] | undefined,
  until: AbortSignal,
): Promise<ReadonlyMap<ReadRow, Picture>> {
  if (rows.length === 0) return new Map();
  // Of its own, because every mask waits for it and the warning is about leaks.
  const signal = AbortSignal.any([until]);
  setMaxListeners(0, signal);
  const inTurn = limitConcurrency(mostAtOnce);
  const attempt = (work: () => Promise<KeptImage>): Promise<Picture> =>
    inTurn(work, signal).then(
      (kept) => ({ kept }),
      (error: unknown) => {
        if (error instanceof AppError) return { error: `mask: ${error.message}` };
        throw error;
      },
    );
  const keep = async (staged: StagedFile): Promise<KeptImage> => {
    if (holdsIndexes(staged.head)) return attachments.keepStaged(tenantId, staged, signal);
    await attachments.dropStaged(staged);
    throw new AppError('attachment-refused', 'must be a PNG with one channel of 8 bits');
  };
  const bring = async (row: ReadRow): Promise<Picture> => {
    if (uploads === undefined) {
      const url = row.label.type === 'mask' ? row.label.mask_url : '';
      return attempt(async () => keep(await attachments.fetchFile(tenantId, url, signal)));
    }
    const staged = uploads[row.place];
    if (staged === undefined) return { error: 'mask: no file came with this row' };
    return attempt(() => keep(staged));
  };
  const brought = await Promise.allSettled(
    rows.map(async (row): Promise<[ReadRow, Picture]> => [row, await bring(row)]),
  );
  return new Map(
    brought.map((each) => {
      if (each.status === 'rejected') throw each.reason;
      return each.value;
    }),
  );
}

const pngStart = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const grey = 0;
const palette = 3;

/** Whether a PNG's header says one byte a pixel: grey or a palette. */
function holdsIndexes(head: Uint8Array): boolean {
  if (head.length < 26 || pngStart.compare(head, 0, pngStart.length) !== 0) return false;
  return head[24] === 8 && (head[25] === grey || head[25] === palette);
}
