/** What a resumable upload may be, from its headers alone. Pure. */
import { AppError } from '@nucleus/shared/failure/app-error';
import { ReferenceId } from '@nucleus/shared/ids/ids';
import { mostItemBytes, UploadPurpose, type UploadView } from '@nucleus/shared/wire/resumable';
import { BatchName, ProjectName } from '@nucleus/shared/wire/tasks';
import type { ResumableUploadsTable } from '../database/intake-tables.ts';

export interface UploadLimits {
  /** Of one upload. */
  maxBytes: number;
  /** Of a tenant's unfinished uploads together. */
  quotaBytes: number;
}

/** Where an upload goes: files and addresses into a dataset, the rows of a CSV into a project as well. */
export type UploadTarget =
  | { datasetId: string; project?: undefined }
  | { datasetId?: undefined; project: string; batch: string | undefined };

export interface NewUpload {
  purpose: UploadPurpose;
  target: UploadTarget;
  name: string;
  bytes: number;
}

/** Unfinished uploads of one tenant at once; a person picks at most a thousand. */
export const mostUnfinished = 5_000;

/**
 * Reads `Upload-Length` and `Upload-Metadata` (tus 1.0.0, creation).
 * @throws AppError `invalid-request`, `body-too-large`
 */
export function readNewUpload(headers: Readonly<Record<string, unknown>>, limits: UploadLimits): NewUpload {
  const length = headers['upload-length'];
  if (typeof length !== 'string' || !/^\d{1,15}$/.test(length))
    throw new AppError('invalid-request', 'Upload-Length: must be a number of bytes.', { at: 'upload-length' });
  const bytes = Number(length);
  const metadata = readMetadata(headers['upload-metadata']);
  const purpose = UploadPurpose.safeParse(metadata.get('purpose') ?? 'item');
  if (!purpose.success) throw wrong('purpose', 'must be item or csv');
  const name = ReferenceId.safeParse(metadata.get('name'));
  if (!name.success) throw wrong('name', name.error.issues[0]?.message ?? 'must be given');
  const target = readTarget(metadata, purpose.data);
  const most = purpose.data === 'item' ? Math.min(mostItemBytes, limits.maxBytes) : limits.maxBytes;
  if (bytes > most) throw new AppError('body-too-large', `This file may have at most ${most} bytes.`);
  if (bytes === 0) throw new AppError('invalid-request', 'The file is empty.', { at: 'upload-length' });
  return { purpose: purpose.data, target, name: name.data, bytes };
}

function readTarget(metadata: ReadonlyMap<string, string>, purpose: UploadPurpose): UploadTarget {
  const datasetId = metadata.get('dataset_id');
  const project = metadata.get('project');
  if (datasetId !== undefined && project !== undefined) throw wrong('project', 'may not stand beside dataset_id');
  if (datasetId !== undefined) return { datasetId };
  if (project === undefined)
    throw wrong('dataset_id', purpose === 'csv' ? 'or project must be given' : 'must be given');
  if (purpose !== 'csv') throw wrong('project', 'is for CSV files alone');
  if (!ProjectName.safeParse(project).success) throw wrong('project', 'must be 1 to 256 bytes');
  const batch = metadata.get('batch');
  if (batch !== undefined && !BatchName.safeParse(batch).success) throw wrong('batch', 'must be 1 to 256 bytes');
  return { project, batch };
}

/** `key base64,key base64`; what is no UTF-8 is refused. */
function readMetadata(header: unknown): Map<string, string> {
  const found = new Map<string, string>();
  if (typeof header !== 'string') return found;
  for (const pair of header.split(',')) {
    const [key = '', value = '', ...rest] = pair.trim().split(/ +/);
    const bytes = Buffer.from(value, 'base64');
    const text = bytes.toString('utf8');
    if (rest.length > 0 || key === '' || !Buffer.from(text).equals(bytes))
      throw new AppError('invalid-request', 'Upload-Metadata: is not readable.', { at: 'upload-metadata' });
    found.set(key, text);
  }
  return found;
}

function wrong(name: string, what: string): AppError {
  return new AppError('invalid-request', `Upload-Metadata: ${name} ${what}.`, { at: 'upload-metadata' });
}

export function uploadViewOf(row: ResumableUploadsTable): UploadView {
  return {
    id: row.id,
    purpose: row.purpose as UploadPurpose,
    ...targetOf(row),
    name: row.name,
    bytes: row.bytes,
    state: row.state as UploadView['state'],
    ...(row.item_id === null ? {} : { item_id: row.item_id }),
    ...(row.error === null ? {} : { error: row.error }),
  };
}

/** Where an upload goes, as replies name it. */
export function targetOf(
  row: Pick<ResumableUploadsTable, 'dataset_id' | 'project' | 'batch'>,
): Pick<UploadView, 'dataset_id' | 'project' | 'batch'> {
  if (row.project === null) return { dataset_id: row.dataset_id };
  return { project: row.project, ...(row.batch === null ? {} : { batch: row.batch }) };
}

export function uploadNotFound(): AppError {
  return new AppError('upload-not-found', 'There is no such upload, or it has been removed.');
}
