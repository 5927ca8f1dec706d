import { type SqlBool, sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import type { BatchesTable } from '../database/task-tables.ts';

/** Answers whether it was added: false when the name is taken. */
export async function insertBatch(db: Database, row: BatchesTable): Promise<boolean> {
  const done = await db
    .insertInto('batches')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (done.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

const one = (db: Database, tenantId: string, name: string) =>
  db.updateTable('batches').where('tenant_id', '=', tenantId).where('name', '=', name);

/** Takes the batch's lock until the transaction ends, so that its tasks are counted by one at a time. */
export function lockBatch(
  tx: Database,
  tenantId: string,
  name: string,
  nowMs: number,
): Promise<BatchesTable | undefined> {
  return one(tx, tenantId, name).set({ updated_at: nowMs }).returningAll().executeTakeFirst();
}

export async function changeBatch(
  tx: Database,
  tenantId: string,
  name: string,
  change: Partial<Pick<BatchesTable, 'finalized_at' | 'completed_at' | 'metadata'>>,
): Promise<void> {
  await one(tx, tenantId, name).set(change).execute();
}

export function findBatchRow(db: Database, tenantId: string, name: string): Promise<BatchesTable | undefined> {
  return db
    .selectFrom('batches')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .executeTakeFirst();
}

/** How many tasks of a batch are in which state. */
export async function countByStatus(db: Database, tenantId: string, batch: string): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom('tasks')
    .select((select) => ['status', select.fn.countAll<number>().as('amount')])
    .where('tenant_id', '=', tenantId)
    .where('batch', '=', batch)
    .groupBy('status')
    .execute();
  return Object.fromEntries(rows.map(({ status, amount }) => [status, Number(amount)]));
}

export interface BatchFilter {
  project: string | undefined;
  status: string | undefined;
  fromMs: number | undefined;
  toMs: number | undefined;
}

const conditions: Record<string, ReturnType<typeof sql<SqlBool>>> = {
  staging: sql<SqlBool>`finalized_at is null`,
  in_progress: sql<SqlBool>`finalized_at is not null and completed_at is null`,
  completed: sql<SqlBool>`completed_at is not null`,
};

/** A page, newest first, and how many there are in all. */
export async function listBatchRows(
  db: Database,
  tenantId: string,
  filter: BatchFilter,
  page: { limit: number; offset: number },
): Promise<{ rows: BatchesTable[]; total: number }> {
  let query = db.selectFrom('batches').where('tenant_id', '=', tenantId);
  const condition = filter.status === undefined ? undefined : conditions[filter.status];
  if (condition !== undefined) query = query.where(condition);
  if (filter.project !== undefined) query = query.where('project', '=', filter.project);
  if (filter.fromMs !== undefined) query = query.where('created_at', '>=', filter.fromMs);
  if (filter.toMs !== undefined) query = query.where('created_at', '<', filter.toMs);
  const count = await query.select((select) => select.fn.countAll<number>().as('total')).executeTakeFirst();
  const rows = await query
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('name')
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  return { rows, total: Number(count?.total ?? 0) };
}
