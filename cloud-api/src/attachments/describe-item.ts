import type { AttachmentState, ItemAttachment, ObjectVariant } from '@nucleus/shared/wire/assets';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { getItemById } from '../items/read-items.ts';
import { type ItemPlace, listItemFetches } from './fetch-queries.ts';
import { readStoredExif } from './kept-image.ts';
import { findItemAsset } from './queries.ts';

export interface DescribeParts {
  db: Database;
  /** Origin of the addresses that uploaded items answer. */
  publicOrigin: string;
  /** Address of an expiring link to a stored picture. */
  linkTo: (object: { sha256: string; format: string; variant: ObjectVariant }) => string;
}

/**
 * What is stored of an item's picture, and how far a fetch of it is.
 * @throws AppError `dataset-not-found`, `item-not-found`
 */
export async function describeItemAttachment(
  { db, publicOrigin, linkTo }: DescribeParts,
  tenantId: string,
  { datasetId, itemId }: ItemPlace,
): Promise<ItemAttachment> {
  const { imageUrl: attachment } = await getItemById(db, tenantId, datasetId, itemId);
  // First, because a picture that becomes ready between the two is then still on its way, and never ready with the one before.
  const [fetch] = await listItemFetches(db, tenantId, datasetId, [itemId]);
  const stored = await findItemAsset(db, tenantId, itemId);
  const { isPrivate } = await getDataset(db, tenantId, datasetId);
  const link = (variant: ObjectVariant) => (stored === undefined ? null : linkTo({ ...stored, variant }));
  const isStored = stored !== undefined;
  return {
    attachment,
    state: (fetch?.state as AttachmentState | undefined) ?? (isStored ? 'ready' : null),
    code: fetch?.code ?? (isStored || fetch !== undefined ? null : isPrivate ? 'privacy_mode' : 'not_stored'),
    message: fetch?.message ?? (isStored || fetch !== undefined ? null : isPrivate ? neverStored : nothingStored),
    tries: fetch?.tries ?? null,
    updated_at: fetch === undefined ? null : new Date(fetch.updated_at).toISOString(),
    can_refetch: !isPrivate && !isUploaded(attachment, publicOrigin),
    sha256: stored?.sha256 ?? null,
    bytes: stored?.bytes ?? null,
    format: stored?.format ?? null,
    width: stored?.width ?? null,
    height: stored?.height ?? null,
    exif: readStoredExif(stored?.exif),
    url: link('original'),
    preview_url: link('preview-1024'),
  };
}

const neverStored = 'This dataset is in privacy mode: the picture is never fetched and never stored here.';
const nothingStored = 'Nothing is stored of this picture.';

/** Whether an item's address is that of a file that was uploaded: there is nowhere to fetch it from. */
export function isUploaded(imageUrl: string, publicOrigin: string): boolean {
  return imageUrl.startsWith(`${publicOrigin}/v1/assets/`);
}
