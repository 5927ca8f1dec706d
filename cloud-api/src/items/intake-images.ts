/** Brings in the pictures of an append before anything is written: nothing but queries may be awaited in a transaction. */
import { setMaxListeners } from 'node:events';
import { AppError } from '@nucleus/shared/failure/app-error';
import { judgeFailure } from '../attachments/judge-failure.ts';
import type { KeptImage, Picture } from '../attachments/kept-image.ts';
import { limitConcurrency } from '../attachments/limit-concurrency.ts';
import type { Attachments } from '../attachments/open-attachments.ts';
import type { StagedFile } from '../attachments/store/stage-file.ts';
import type { KnownItem } from './queries.ts';
import type { ReadItem } from './read-appended.ts';

const mostAtOnce = 16;

/**
 * Fetches or takes over the pictures of items. An image that cannot be had is a value, and nothing of it is kept.
 * @param uploads files by the place of their item; when given, no address is fetched.
 * @param until once it aborts, what is not there yet cannot be had.
 */
export async function intakeImages(
  attachments: Attachments,
  tenantId: string,
  items: readonly ReadItem[],
  uploads: readonly StagedFile[] | undefined,
  until: AbortSignal,
): Promise<ReadonlyMap<ReadItem, Picture>> {
  // Of its own, because every item waits for it and the warning is about leaks.
  const signal = AbortSignal.any([until]);
  setMaxListeners(0, signal);
  const inTurn = limitConcurrency(mostAtOnce);
  const byUrl = new Map<string, Promise<Picture>>();
  const attempt = (work: () => Promise<KeptImage>) =>
    inTurn(work, signal).then(
      (kept) => ({ kept }),
      (error: unknown): Picture => {
        if (!(error instanceof AppError)) throw error;
        const sentence = { error: `image_url: ${error.message}` };
        return uploads === undefined ? { ...sentence, fault: judgeFailure(error, attachments.maxBytes) } : sentence;
      },
    );
  const fetchOnce = (url: string) => {
    const fetching = byUrl.get(url) ?? attempt(() => attachments.fetchImage(tenantId, url, signal));
    byUrl.set(url, fetching);
    return fetching;
  };
  const pictures = await Promise.allSettled(
    items.map(async (read): Promise<[ReadItem, Picture]> => {
      if (uploads === undefined) return [read, await fetchOnce(read.item.image_url)];
      const staged = uploads[read.place];
      if (staged === undefined) return [read, { error: 'image: no file came with this item' }];
      return [read, await attempt(() => attachments.keepStaged(tenantId, staged, signal))];
    }),
  );
  return new Map(
    pictures.map((each) => {
      if (each.status === 'rejected') throw each.reason;
      return each.value;
    }),
  );
}

/**
 * Of some items those whose picture is brought in: new ones, known ones that are updated with another address or with a file, and known
 * ones that never had a picture.
 * @param bare ids of the latter
 */
export function needingPicture(
  items: readonly ReadItem[],
  known: readonly KnownItem[],
  bare: ReadonlySet<string>,
  isUpload: boolean,
): ReadItem[] {
  const shown = known.filter(({ itemId }) => !bare.has(itemId));
  const urls = new Map(shown.map(({ refKey, imageUrl }) => [refKey, imageUrl]));
  return items.filter((read) => {
    const url = urls.get(read.refKey);
    if (url !== undefined && (!read.update || (!isUpload && url === read.item.image_url))) return false;
    urls.set(read.refKey, read.item.image_url);
    return true;
  });
}
