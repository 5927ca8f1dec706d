import { statfs } from 'node:fs/promises';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { assertBatchIsOpen } from '../batches/read-batches.ts';
import type { Tables } from '../database/tables.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { newId } from '../ids/new-id.ts';
import { assertTakesItems } from '../items/append-items.ts';
import { getProject } from '../projects/projects.ts';
import { insertUpload, sumUnfinished } from './queries.ts';
import { mostUnfinished, type NewUpload, type UploadLimits, type UploadTarget } from './rules.ts';

/** What stays free whatever is uploaded, so that the database beside it can go on. */
const headroomBytes = 512 * 1024 * 1024;

/**
 * Makes room for an upload and answers its id; the bytes come later.
 * @throws AppError `dataset-not-found`, `dataset-holds-scenes`, `privacy-mode-refuses-bytes`, `project-not-found`, `batch-not-found`,
 * `conflict`, `invalid-request`, `quota-exceeded`, `overloaded`
 */
export async function createUpload(
  db: Kysely<Tables>,
  parts: { folder: string; limits: UploadLimits },
  acting: Acting,
  upload: NewUpload,
): Promise<string> {
  await assertTakes(db, acting.tenantId, upload.target);
  const disk = await statfs(parts.folder);
  if (disk.bavail * disk.bsize < upload.bytes + headroomBytes)
    throw new AppError('overloaded', 'There is no room for this file at the moment.', { retryAfterS: 60 });
  const id = newId('upload');
  await db.transaction().execute(async (tx) => {
    const unfinished = await sumUnfinished(tx, acting.tenantId);
    if (unfinished.count >= mostUnfinished || unfinished.bytes + upload.bytes > parts.limits.quotaBytes)
      throw new AppError(
        'quota-exceeded',
        'Too much is uploaded and not finished: end or give up other uploads first.',
      );
    await insertUpload(tx, {
      tenant_id: acting.tenantId,
      id,
      actor: acting.actor,
      purpose: upload.purpose,
      dataset_id: upload.target.datasetId ?? '',
      project: upload.target.project ?? null,
      batch: upload.target.project === undefined ? null : (upload.target.batch ?? null),
      name: upload.name,
      bytes: upload.bytes,
      state: 'open',
      item_id: null,
      error: null,
      csv_shape: null,
      created_at: acting.nowMs,
      ended_at: null,
      lock_holder: null,
      lock_until: 0,
      lock_wanted: 0,
    });
    await writeAudit(tx, acting, { action: 'upload.create', targetId: id });
  });
  return id;
}

/** What is refused later is refused before its bytes are sent. */
async function assertTakes(db: Kysely<Tables>, tenantId: string, target: UploadTarget): Promise<void> {
  if (target.project === undefined) {
    assertTakesItems(await getDataset(db, tenantId, target.datasetId), true);
    return;
  }
  await getProject(db, tenantId, target.project);
  if (target.batch !== undefined) await assertBatchIsOpen(db, tenantId, target.batch, target.project);
}
