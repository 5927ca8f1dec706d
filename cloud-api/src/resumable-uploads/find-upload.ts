import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { ResumableUploadsTable } from '../database/intake-tables.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { deleteUpload, findUploadRow, setCsvShape } from './queries.ts';
import { uploadNotFound } from './rules.ts';

/** @throws AppError `upload-not-found` for one that is gone, never was, or is another tenant's */
export async function getUploadRow(db: Database, tenantId: string, id: string): Promise<ResumableUploadsTable> {
  const row = await findUploadRow(db, tenantId, id);
  if (row === undefined) throw uploadNotFound();
  return row;
}

/** @throws AppError `upload-not-found`, `conflict` for what is no CSV or has not arrived */
export async function getCsvUpload(db: Database, tenantId: string, id: string): Promise<ResumableUploadsTable> {
  const row = await getUploadRow(db, tenantId, id);
  if (row.purpose !== 'csv') throw new AppError('conflict', 'This upload is no CSV.');
  if (row.state !== 'received') throw new AppError('conflict', 'The CSV has not arrived completely.');
  return row;
}

/** Keeps what a check of a CSV found, in the caller's transaction. */
export function keepCsvShape(tx: Database, tenantId: string, id: string, shape: unknown): Promise<void> {
  return setCsvShape(tx, tenantId, id, JSON.stringify(shape));
}

/** Forgets an upload and its bytes; an item that was made of it stays. @throws AppError `upload-not-found` */
export async function endUpload(db: Kysely<Tables>, folder: string, acting: Acting, id: string): Promise<void> {
  await getUploadRow(db, acting.tenantId, id);
  await rm(join(folder, id), { force: true });
  await db.transaction().execute(async (tx) => {
    await deleteUpload(tx, acting.tenantId, id);
    await writeAudit(tx, acting, { action: 'upload.end', targetId: id });
  });
}
