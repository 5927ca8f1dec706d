import type { Database } from '../database/open-database.ts';
import type { UsageRowsTable } from '../database/task-tables.ts';

/** Takes the next number of a tenant's ledger; its lock holds every other writer until this transaction ends. */
export async function takeNumber(tx: Database, tenantId: string): Promise<{ n: number; prev: string }> {
  await tx
    .insertInto('usage_heads')
    .values({ tenant_id: tenantId, n: 0, hash: '' })
    .onConflict((conflict) => conflict.column('tenant_id').doNothing())
    .execute();
  const { n, hash } = await tx
    .updateTable('usage_heads')
    .set((set) => ({ n: set('n', '+', 1) }))
    .where('tenant_id', '=', tenantId)
    .returning(['n', 'hash'])
    .executeTakeFirstOrThrow();
  return { n, prev: hash };
}

/** Rows are only ever added. */
export async function addRow(tx: Database, row: UsageRowsTable): Promise<void> {
  await tx.insertInto('usage_rows').values(row).execute();
  await tx.updateTable('usage_heads').set({ hash: row.hash }).where('tenant_id', '=', row.tenant_id).execute();
}

export interface UsageFilter {
  /** Milliseconds since 1970: from inclusive, to exclusive. */
  fromMs: number | undefined;
  toMs: number | undefined;
}

const selectUsage = (db: Database, tenantId: string, { fromMs, toMs }: UsageFilter) => {
  let query = db.selectFrom('usage_rows').where('tenant_id', '=', tenantId);
  if (fromMs !== undefined) query = query.where('at', '>=', fromMs);
  if (toMs !== undefined) query = query.where('at', '<', toMs);
  return query;
};

export function listRows(
  db: Database,
  tenantId: string,
  filter: UsageFilter,
  page: { after: number; limit: number },
): Promise<UsageRowsTable[]> {
  return selectUsage(db, tenantId, filter)
    .selectAll()
    .where('n', '>', page.after)
    .orderBy('n')
    .limit(page.limit)
    .execute();
}

export async function sumUnits(db: Database, tenantId: string, filter: UsageFilter): Promise<number> {
  const row = await selectUsage(db, tenantId, filter)
    .select((select) => select.fn.sum<number | null>('units').as('units'))
    .executeTakeFirst();
  return Number(row?.units ?? 0);
}
