import { AppError } from '@nucleus/shared/failure/app-error';
import type { Batch } from '@nucleus/shared/wire/projects';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { enqueueCallback } from '../callbacks/enqueue-callback.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import type { BatchesTable } from '../database/task-tables.ts';
import { getProject } from '../projects/projects.ts';
import { changeBatch, countByStatus, insertBatch, lockBatch } from './queries.ts';
import { batchNotFound, getBatch, toBatch } from './read-batches.ts';

/** @throws AppError `project-not-found`, `conflict` when the name is taken: names of batches are unique in their tenant */
export async function createBatch(
  db: Kysely<Tables>,
  acting: Acting,
  input: { name: string; project: string; callback: string | null },
): Promise<Batch> {
  const row = {
    ...input,
    tenant_id: acting.tenantId,
    metadata: '{}',
    created_at: acting.nowMs,
    updated_at: acting.nowMs,
    finalized_at: null,
    completed_at: null,
  };
  await db.transaction().execute(async (tx) => {
    await getProject(tx, acting.tenantId, input.project);
    if (!(await insertBatch(tx, row))) throw new AppError('conflict', `There is a batch ${input.name} already.`);
    await writeAudit(tx, acting, { action: 'batch.create', targetId: null });
  });
  return toBatch(row);
}

/** Closes a batch for new tasks. @throws AppError `batch-not-found` */
export async function finalizeBatch(db: Kysely<Tables>, acting: Acting, name: string): Promise<Batch> {
  return db.transaction().execute(async (tx) => {
    const batch = await lockBatch(tx, acting.tenantId, name, acting.nowMs);
    if (batch === undefined) throw batchNotFound();
    if (batch.finalized_at === null) {
      await changeBatch(tx, acting.tenantId, name, { finalized_at: acting.nowMs });
      await writeAudit(tx, acting, { action: 'batch.finalize', targetId: null });
      await settleLocked(tx, acting, { ...batch, finalized_at: acting.nowMs });
    }
    return getBatch(tx, acting.tenantId, name);
  });
}

/** @throws AppError `batch-not-found` */
export async function setBatchMetadata(
  db: Kysely<Tables>,
  acting: Acting,
  name: string,
  metadata: Record<string, unknown>,
): Promise<Batch> {
  return db.transaction().execute(async (tx) => {
    const batch = await lockBatch(tx, acting.tenantId, name, acting.nowMs);
    if (batch === undefined) throw batchNotFound();
    await changeBatch(tx, acting.tenantId, name, { metadata: JSON.stringify(metadata) });
    await writeAudit(tx, acting, { action: 'batch.metadata', targetId: null });
    return getBatch(tx, acting.tenantId, name);
  });
}

/**
 * Takes a batch that is open for a new task, in the transaction that adds it.
 * @throws AppError `batch-not-found`, `conflict` once it is finalized
 */
export async function claimBatch(tx: Database, acting: Acting, name: string): Promise<{ project: string }> {
  const batch = await lockBatch(tx, acting.tenantId, name, acting.nowMs);
  if (batch === undefined) throw batchNotFound();
  if (batch.finalized_at !== null) {
    throw new AppError('conflict', `The batch ${name} is finalized: it takes no more tasks.`);
  }
  return batch;
}

/** Completes a batch once none of its tasks is pending, or opens it again; in the transaction that changed a task. */
export async function settleBatch(tx: Database, acting: Acting, name: string): Promise<void> {
  const batch = await lockBatch(tx, acting.tenantId, name, acting.nowMs);
  if (batch !== undefined) await settleLocked(tx, acting, batch);
}

async function settleLocked(tx: Database, acting: Acting, batch: BatchesTable): Promise<void> {
  if (batch.finalized_at === null) return;
  const { pending = 0 } = await countByStatus(tx, acting.tenantId, batch.name);
  if (pending > 0 && batch.completed_at !== null) {
    await changeBatch(tx, acting.tenantId, batch.name, { completed_at: null });
  }
  if (pending > 0 || batch.completed_at !== null) return;
  await changeBatch(tx, acting.tenantId, batch.name, { completed_at: acting.nowMs });
  if (batch.callback !== null) {
    const order = { subject: 'batch', id: batch.name, url: batch.callback, state: 'completed' } as const;
    await enqueueCallback(tx, acting, order);
  }
}
