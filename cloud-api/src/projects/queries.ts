import type { Database } from '../database/open-database.ts';
import type { ProjectsTable } from '../database/task-tables.ts';

/** Answers whether it was added: false when the name is taken. */
export async function insertProject(db: Database, row: ProjectsTable): Promise<boolean> {
  const done = await db
    .insertInto('projects')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (done.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export function findProjectRow(db: Database, tenantId: string, name: string): Promise<ProjectsTable | undefined> {
  return db
    .selectFrom('projects')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .executeTakeFirst();
}

export function listProjectRows(db: Database, tenantId: string): Promise<ProjectsTable[]> {
  return db
    .selectFrom('projects')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('created_at')
    .orderBy('name')
    .execute();
}

export async function updateHistory(db: Database, tenantId: string, name: string, history: string): Promise<void> {
  await db
    .updateTable('projects')
    .set({ param_history: history })
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .execute();
}
