import { AppError } from '@nucleus/shared/failure/app-error';
import type { ScaleFile } from '@nucleus/shared/wire/files';
import type { FilesTable } from '../database/task-tables.ts';

/** A file with what is stored of it. */
export interface StoredFile extends FilesTable {
  bytes: number;
  format: string;
  width: number;
  height: number;
  phash: string;
  blurhash: string;
  exif: string | null;
}

/** A file that no task and no item has used goes after so long. */
export const unusedForMs = 7 * 24 * 3_600_000;

const scheme = 'scaledata://';

/** Whether an address names a file of ours, well or badly. */
export function isFileAddress(url: string): boolean {
  return url.toLowerCase().startsWith(scheme);
}

/** The file's id in `scaledata://OWNER/ID`; undefined for what names none. The owner is not looked at: whose key asks decides. */
export function readFileAddress(url: string): string | undefined {
  return /^scaledata:\/\/[^/]+\/(file_[a-z0-9]{20})$/i.exec(url)?.[1];
}

export function toFile(row: StoredFile): ScaleFile {
  return {
    id: row.id,
    attachment_url: `${scheme}${row.tenant_id.replace('ten_', '')}/${row.id}`,
    display_name: row.display_name,
    reference_id: row.reference_id,
    project_name: row.project_name,
    metadata: JSON.parse(row.metadata) as ScaleFile['metadata'],
    mime_type: `image/${row.format}`,
    size: row.bytes,
    sha256: row.sha256,
    created_at: new Date(row.created_at).toISOString(),
    used_at: row.used_at === null ? null : new Date(row.used_at).toISOString(),
  };
}

export function spellCursor({ created_at, id }: Pick<StoredFile, 'created_at' | 'id'>): string {
  return Buffer.from(`${created_at}:${id}`).toString('base64url');
}

/** @throws AppError `invalid-request` for a cursor that is not ours */
export function readCursor(cursor: string): { createdAt: number; id: string } {
  const match = /^(\d{1,15}):(file_[a-z0-9]{20})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new AppError('invalid-request', 'cursor: is not one that this server made.', { at: 'cursor' });
  }
  return { createdAt: Number(match[1]), id: match[2] };
}
