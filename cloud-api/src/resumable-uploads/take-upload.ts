/** Takes an upload whose bytes are all here: a picture becomes an item by the same operation as every other, a CSV waits for its runs. */
import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { ResumableUploadsTable } from '../database/intake-tables.ts';
import { type AppendParts, appendItemsIn, prepareAppend } from '../items/append-items.ts';
import { findItemId } from '../items/find-item-id.ts';
import { endOpenUpload } from './queries.ts';

export interface TakeParts extends AppendParts {
  /** Folder of the bytes. */
  folder: string;
}

const takeMs = 60_000;

/** Bytes of an upload that are here; undefined when its file is gone. */
async function receivedBytes(folder: string, id: string): Promise<number | undefined> {
  return (await stat(join(folder, id)).catch(() => undefined))?.size;
}

/**
 * Ends an upload once its last byte is here. Doing it again, in another process or after a kill, changes nothing: the item and the
 * end of the upload are one transaction.
 */
export async function takeUpload(parts: TakeParts, row: ResumableUploadsTable, nowMs: number): Promise<void> {
  const path = join(parts.folder, row.id);
  if (row.state !== 'open' || (await receivedBytes(parts.folder, row.id)) !== row.bytes) return;
  if (!(await syncFile(path))) return;
  const ended = { item_id: null, error: null, ended_at: nowMs };
  if (row.purpose === 'csv') {
    await endOpenUpload(parts.db, row.tenant_id, row.id, { ...ended, state: 'received' });
    return;
  }
  try {
    await takePicture(parts, row, path, nowMs);
  } catch (error) {
    if (isGone(error)) return;
    // What is wrong with the file, or with its dataset by now, is its end; anything else is tried again.
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    await endOpenUpload(parts.db, row.tenant_id, row.id, { ...ended, state: 'refused', error: error.message });
  }
  await rm(path, { force: true });
}

async function takePicture(parts: TakeParts, row: ResumableUploadsTable, path: string, nowMs: number): Promise<void> {
  const { db, attachments } = parts;
  // Opened here, because a stream that cannot open its file fails before anybody listens.
  const file = await open(path, 'r');
  const staged = await attachments.stage(file.createReadStream());
  try {
    const input = { items: [{ reference_id: row.name, image_url: row.name }], update: false, uploads: [staged] };
    const signal = AbortSignal.timeout(takeMs);
    const prepared = await prepareAppend(parts, row.tenant_id, row.dataset_id, input, signal);
    const acting = { tenantId: row.tenant_id, actor: row.actor, nowMs };
    await db.transaction().execute(async (tx) => {
      const reply = await appendItemsIn(tx, acting, row.dataset_id, prepared);
      const [refused] = (reply.error_payload ?? []) as { error?: string }[];
      const end =
        refused === undefined
          ? {
              state: reply.new_items === 1 ? 'added' : 'already-there',
              item_id: (await findItemId(tx, row.tenant_id, row.dataset_id, row.name)) ?? null,
              error: null,
            }
          : { state: 'refused', item_id: null, error: (refused.error ?? '').replace(/^image(_url)?: /, '') };
      if (!(await endOpenUpload(tx, row.tenant_id, row.id, { ...end, ended_at: nowMs }))) throw new TakenElsewhere();
    });
  } catch (error) {
    if (!(error instanceof TakenElsewhere)) throw error;
  } finally {
    await attachments.dropStaged(staged);
  }
}

/** Rolls the second of two takers back. */
class TakenElsewhere extends Error {}

/** False when the file has gone: somebody else has taken it. */
async function syncFile(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return false;
  try {
    await file.sync();
    return true;
  } finally {
    await file.close();
  }
}

/** Another taker was faster; it has ended the upload, or will be seen to have. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
