import { AppError } from '@nucleus/shared/failure/app-error';
import type { ImageFormat } from '../attachments/check/sniff-image.ts';
import { readStoredExif } from '../attachments/kept-image.ts';
import type { Attachments } from '../attachments/open-attachments.ts';
import type { Database } from '../database/open-database.ts';
import { findFile, markUsed } from './queries.ts';
import { isFileAddress, readFileAddress } from './rules.ts';

/**
 * The attachment operation that knows `scaledata://` addresses as well: a tenant's own file is taken as it is stored, nothing is
 * fetched and nothing is copied.
 */
export function withScaleFiles(attachments: Attachments, db: Database, clock: () => number): Attachments {
  return {
    ...attachments,
    fetchImage: async (tenantId, url, signal, onFetched) => {
      if (!isFileAddress(url)) return attachments.fetchImage(tenantId, url, signal, onFetched);
      const fileId = readFileAddress(url);
      // Marked before it is read: what is marked is not swept any more.
      const isThere = fileId !== undefined && (await markUsed(db, tenantId, fileId, clock()));
      const file = isThere ? await findFile(db, tenantId, fileId) : undefined;
      if (file === undefined) throw new AppError('file-not-found', 'There is no such file.');
      const { sha256, bytes, width, height, phash, blurhash } = file;
      const exif = readStoredExif(file.exif) ?? undefined;
      return { sha256, bytes, width, height, phash, blurhash, exif, format: file.format as ImageFormat };
    },
  };
}
