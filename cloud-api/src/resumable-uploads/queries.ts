import type { ResumableUploadsTable } from '../database/intake-tables.ts';
import type { Database } from '../database/open-database.ts';

export async function insertUpload(db: Database, row: ResumableUploadsTable): Promise<void> {
  await db.insertInto('resumable_uploads').values(row).execute();
}

export function findUploadRow(db: Database, tenantId: string, id: string): Promise<ResumableUploadsTable | undefined> {
  return db
    .selectFrom('resumable_uploads')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** By id alone, for code that is reached only once the tenant was proven. */
export function findUploadById(db: Database, id: string): Promise<ResumableUploadsTable | undefined> {
  return db.selectFrom('resumable_uploads').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Declared bytes of what has not ended, and how many there are. CSV files count until they are swept. */
export async function sumUnfinished(db: Database, tenantId: string): Promise<{ bytes: number; count: number }> {
  const found = await db
    .selectFrom('resumable_uploads')
    .select((each) => [
      each.fn.sum<number | string | null>('bytes').as('bytes'),
      each.fn.countAll<number | string>().as('count'),
    ])
    .where('tenant_id', '=', tenantId)
    .where('state', 'in', ['open', 'received'])
    .executeTakeFirstOrThrow();
  return { bytes: Number(found.bytes ?? 0), count: Number(found.count) };
}

/** Ends an upload that is still open; false when somebody else has. */
export async function endOpenUpload(
  db: Database,
  tenantId: string,
  id: string,
  change: Pick<ResumableUploadsTable, 'state' | 'item_id' | 'error' | 'ended_at'>,
): Promise<boolean> {
  const done = await db
    .updateTable('resumable_uploads')
    .set(change)
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('state', '=', 'open')
    .executeTakeFirst();
  return Number(done.numUpdatedRows) === 1;
}

export async function setCsvShape(db: Database, tenantId: string, id: string, shape: string): Promise<void> {
  await db
    .updateTable('resumable_uploads')
    .set({ csv_shape: shape })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute();
}

export async function deleteUpload(db: Database, tenantId: string, id: string): Promise<void> {
  await db.deleteFrom('csv_rows').where('tenant_id', '=', tenantId).where('upload_id', '=', id).execute();
  await db.deleteFrom('resumable_uploads').where('tenant_id', '=', tenantId).where('id', '=', id).execute();
}

/** Rows of all tenants in a state that began or ended before a time. */
export function listUploadsBefore(
  db: Database,
  states: readonly string[],
  beforeMs: number,
): Promise<ResumableUploadsTable[]> {
  return db
    .selectFrom('resumable_uploads')
    .selectAll()
    .where('state', 'in', states)
    .where('created_at', '<', beforeMs)
    .execute();
}
