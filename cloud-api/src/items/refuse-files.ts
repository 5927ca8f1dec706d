import { AppError } from '@nucleus/shared/failure/app-error';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';

/**
 * Refuses files that come with items, before one byte of them is read.
 * @throws AppError `privacy-mode-refuses-bytes` where pixels never arrive, `unsupported-media-type` elsewhere
 */
export async function refuseFiles(
  db: Database,
  tenantId: string,
  datasetId: string,
  contentType: string | undefined,
): Promise<void> {
  if (contentType === undefined || !/^multipart\//i.test(contentType.trim())) return;
  const { isPrivate } = await getDataset(db, tenantId, datasetId);
  if (isPrivate) {
    throw new AppError(
      'privacy-mode-refuses-bytes',
      'This dataset is in privacy mode: it takes the addresses of images, never their bytes.',
    );
  }
  throw new AppError('unsupported-media-type', 'Items are added as JSON with an image_url each.');
}
