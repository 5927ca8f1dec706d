import { AppError } from '@nucleus/shared/failure/app-error';
import type { Batch, BatchStatus, BatchView, ListBatches } from '@nucleus/shared/wire/projects';
import type { Database } from '../database/open-database.ts';
import type { BatchesTable } from '../database/task-tables.ts';
import { readDate } from '../jobs/rules.ts';
import { countBatches } from '../tasks/count-batches.ts';
import { countByStatus, findBatchRow, listBatchRows } from './queries.ts';

/** @throws AppError `batch-not-found` */
export async function getBatch(db: Database, tenantId: string, name: string): Promise<Batch> {
  const row = await findBatchRow(db, tenantId, name);
  if (row === undefined) throw batchNotFound();
  return toBatch(row);
}

/** @throws AppError `batch-not-found`, `invalid-request` for another project's batch, `conflict` once it is finalized */
export async function assertBatchIsOpen(db: Database, tenantId: string, name: string, project: string): Promise<void> {
  const batch = await getBatch(db, tenantId, name);
  if (batch.project !== project) {
    throw new AppError('invalid-request', `batch: ${name} belongs to the project ${batch.project}.`, { at: 'batch' });
  }
  if (batch.status !== 'staging') {
    throw new AppError('conflict', `The batch ${name} is finalized: it takes no more tasks.`);
  }
}

/** State and counts; a state that no task is in has no count. @throws AppError `batch-not-found` */
export async function countBatch(
  db: Database,
  tenantId: string,
  name: string,
): Promise<{ status: BatchStatus } & Record<string, unknown>> {
  const { status } = await getBatch(db, tenantId, name);
  return { ...(await countByStatus(db, tenantId, name)), status };
}

/** A page of batches, newest first. @throws AppError `invalid-request` for a date that is none */
export async function listBatches(
  db: Database,
  tenantId: string,
  { limit, offset, ...asked }: ListBatches,
): Promise<{ docs: Batch[]; totalDocs: number; limit: number; offset: number; has_more: boolean }> {
  const filter = {
    project: asked.project,
    status: asked.status,
    fromMs: asked.start_time === undefined ? undefined : readDate('start_time', asked.start_time),
    toMs: asked.end_time === undefined ? undefined : readDate('end_time', asked.end_time),
  };
  const { rows, total } = await listBatchRows(db, tenantId, filter, { limit, offset });
  return { docs: rows.map(toBatch), totalDocs: total, limit, offset, has_more: offset + rows.length < total };
}

/** A page of batches with what is counted of them, newest first. @throws AppError `invalid-request` for a date that is none */
export async function listBatchViews(
  db: Database,
  tenantId: string,
  asked: ListBatches,
): Promise<{ batches: BatchView[]; total: number }> {
  const { docs, totalDocs } = await listBatches(db, tenantId, asked);
  const names = docs.map(({ name }) => name);
  const countsOf = await countBatches(db, tenantId, names);
  return { batches: docs.map((batch) => ({ ...batch, ...countsOf(batch.name) })), total: totalDocs };
}

export function batchNotFound(): AppError {
  return new AppError('batch-not-found', 'There is no such batch.');
}

export function toBatch(row: BatchesTable): Batch {
  return {
    name: row.name,
    status: statusOf(row),
    project: row.project,
    created_at: new Date(row.created_at).toISOString(),
    callback: row.callback,
    metadata: JSON.parse(row.metadata) as Batch['metadata'],
  };
}

function statusOf(row: Pick<BatchesTable, 'finalized_at' | 'completed_at'>): BatchStatus {
  if (row.finalized_at === null) return 'staging';
  return row.completed_at === null ? 'in_progress' : 'completed';
}
