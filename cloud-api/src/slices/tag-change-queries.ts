import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import { newId } from '../ids/new-id.ts';

/** Keeps by which write a change was made, so that it can be undone. Answers its id. */
export async function keepTagChange(
  db: Database,
  tenantId: string,
  change: { datasetId: string; changeNo: number; atMs: number },
): Promise<string> {
  const id = newId('tagChange');
  await db
    .insertInto('tag_changes')
    .values({
      tenant_id: tenantId,
      dataset_id: change.datasetId,
      id,
      change_no: change.changeNo,
      at: change.atMs,
    })
    .execute();
  return id;
}

/** Forgets the changes that were made before `beforeMs`. */
export async function forgetTagChanges(db: Database, tenantId: string, beforeMs: number): Promise<void> {
  await db.deleteFrom('tag_changes').where('tenant_id', '=', tenantId).where('at', '<', beforeMs).execute();
}

/** Removes a change made since `sinceMs` and answers its write; undefined when there is none. */
export async function takeTagChange(
  db: Database,
  tenantId: string,
  change: { datasetId: string; changeId: string; sinceMs: number },
): Promise<number | undefined> {
  const row = await db
    .deleteFrom('tag_changes')
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', change.datasetId)
    .where('id', '=', change.changeId)
    .where('at', '>=', change.sinceMs)
    .returning('change_no')
    .executeTakeFirst();
  return row?.change_no;
}

/** Turns around what a write did to members and nothing has touched since; answers how many. Walks slice_items_by_change. */
export async function flipTagChange(
  db: Database,
  tenantId: string,
  datasetId: string,
  changeNo: number,
  undoNo: number,
): Promise<number> {
  const result = await db
    .updateTable('slice_items')
    .set({ is_member: sql<number>`1 - is_member`, change_no: undoNo })
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('change_no', '=', changeNo)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}
