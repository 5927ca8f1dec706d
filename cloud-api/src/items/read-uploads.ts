import type { IncomingMessage } from 'node:http';
import { AppError } from '@nucleus/shared/failure/app-error';
import { getDataset } from '../datasets/find-dataset.ts';
import { multipartLimits, readMultipart } from '../http/read-multipart.ts';
import { type Append, type AppendParts, assertTakesItems } from './append-items.ts';

export function isMultipart(request: IncomingMessage): boolean {
  return /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '');
}

/**
 * Items with their files: the field `items` and one file each in the same order, or one `item` and its file. A dataset that takes
 * no files is told so before they are read.
 * @throws AppError `dataset-not-found`, `dataset-holds-scenes`, `privacy-mode-refuses-bytes`, `invalid-request`, `body-too-large`
 */
export async function readUploads(
  { db, attachments }: AppendParts,
  tenantId: string,
  datasetId: string,
  request: IncomingMessage,
): Promise<Append> {
  assertTakesItems(await getDataset(db, tenantId, datasetId), true);
  const { fields, files } = await readMultipart(
    request,
    multipartLimits,
    (body) => attachments.stage(body),
    (staged) => attachments.dropStaged(staged),
  );
  const single = fields.get('item');
  const items = fields.get('items') ?? (single === undefined ? undefined : [single]);
  if (Array.isArray(items) && items.length >= files.length) return { items, update: false, uploads: files };
  await Promise.all(files.map((staged) => attachments.dropStaged(staged)));
  throw new AppError('invalid-request', 'items: must be a list with one item for each file.', { at: 'items' });
}
