import type { ItemAttachment, ObjectVariant } from '@nucleus/shared/wire/assets';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { getItemById } from '../items/read-items.ts';
import { findItemAsset } from './queries.ts';

/**
 * What is stored of an item's picture.
 * @param linkTo address of an expiring link to a stored picture
 * @throws AppError `dataset-not-found`, `item-not-found`
 */
export async function describeItemAttachment(
  db: Database,
  tenantId: string,
  { datasetId, itemId }: { datasetId: string; itemId: string },
  linkTo: (object: { sha256: string; format: string; variant: ObjectVariant }) => string,
): Promise<ItemAttachment> {
  const { imageUrl: attachment } = await getItemById(db, tenantId, datasetId, itemId);
  const stored = await findItemAsset(db, tenantId, itemId);
  if (stored !== undefined) {
    const link = (variant: ObjectVariant) => linkTo({ ...stored, variant });
    const links = { url: link('original'), preview_url: link('preview-1024') };
    return { attachment, state: 'ready', code: null, message: null, ...stored, ...links };
  }
  const { isPrivate } = await getDataset(db, tenantId, datasetId);
  return {
    attachment,
    state: null,
    code: isPrivate ? 'privacy_mode' : 'not_stored',
    message: isPrivate
      ? 'This dataset is in privacy mode: the picture is never fetched and never stored here.'
      : 'Nothing is stored of this picture.',
    ...{ sha256: null, bytes: null, format: null, width: null, height: null, url: null, preview_url: null },
  };
}
