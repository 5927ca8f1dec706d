import type { IntegrationsTable } from '../database/intake-tables.ts';
import type { Database } from '../database/open-database.ts';

/** False when the tenant has one of that kind for that place. */
export async function insertIntegration(db: Database, row: IntegrationsTable): Promise<boolean> {
  const done = await db
    .insertInto('integrations')
    .values(row)
    .onConflict((conflict) => conflict.columns(['tenant_id', 'kind', 'place']).doNothing())
    .executeTakeFirst();
  return Number(done.numInsertedOrUpdatedRows ?? 0) === 1;
}

export function listIntegrationRows(db: Database, tenantId: string): Promise<IntegrationsTable[]> {
  return db
    .selectFrom('integrations')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

export function findIntegrationRow(db: Database, tenantId: string, id: string): Promise<IntegrationsTable | undefined> {
  return db
    .selectFrom('integrations')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** The one for the longest of `places`. */
export function findIntegrationFor(
  db: Database,
  tenantId: string,
  kind: string,
  places: readonly string[],
): Promise<IntegrationsTable | undefined> {
  return db
    .selectFrom('integrations')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', kind)
    .where('place', 'in', places)
    .orderBy('place', 'desc')
    .executeTakeFirst();
}

export async function setCheck(
  db: Database,
  tenantId: string,
  id: string,
  check: Pick<IntegrationsTable, 'checked_at' | 'check_code' | 'check_message'>,
): Promise<void> {
  await db.updateTable('integrations').set(check).where('tenant_id', '=', tenantId).where('id', '=', id).execute();
}

export async function removeIntegrationRow(db: Database, tenantId: string, id: string): Promise<boolean> {
  const done = await db
    .deleteFrom('integrations')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst();
  return Number(done.numDeletedRows) === 1;
}
