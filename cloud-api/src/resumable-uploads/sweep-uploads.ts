/** Ends what was left lying: uploads that nobody goes on with, files without a row, and what was kept for its report. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { deleteUpload, findUploadById, listUploadsBefore } from './queries.ts';
import { type TakeParts, takeUpload } from './take-upload.ts';

const hourMs = 3_600_000;
const keepOpenMs = 24 * hourMs;
const keepEndedMs = 7 * 24 * hourMs;
/** A row is written before its file; an hour is far more than the moment between. */
const keepStrayMs = hourMs;

/**
 * Takes what is complete but was cut off before it was taken, and removes open uploads a day after their last byte, ended ones and
 * CSV files a week after they began, and files that no upload names.
 */
export async function sweepUploads(parts: TakeParts, nowMs: number): Promise<void> {
  const { db, folder } = parts;
  for (const row of await listUploadsBefore(db, ['open'], nowMs)) {
    await takeUpload(parts, row, nowMs).catch(() => undefined);
    const file = await stat(join(folder, row.id)).catch(() => undefined);
    const lastMs = Math.max(row.created_at, file?.mtimeMs ?? 0);
    const now = await findUploadById(db, row.id);
    if (now?.state === 'open' && lastMs < nowMs - keepOpenMs) await remove(parts, row.tenant_id, row.id);
  }
  for (const row of await listUploadsBefore(db, ['added', 'already-there', 'refused', 'received'], nowMs - keepEndedMs))
    await remove(parts, row.tenant_id, row.id);
  for (const name of await readdir(folder)) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found === undefined || found.mtimeMs > nowMs - keepStrayMs) continue;
    const row = await findUploadById(db, name);
    if (row === undefined || !['open', 'received'].includes(row.state)) await rm(join(folder, name), { force: true });
  }
}

async function remove({ db, folder }: TakeParts, tenantId: string, id: string): Promise<void> {
  await rm(join(folder, id), { force: true });
  await db.transaction().execute((tx) => deleteUpload(tx, tenantId, id));
}
