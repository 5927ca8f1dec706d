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

/** Takes the lock of an upload that nobody holds, or whose holder has given no sign of life. Answers whether it did. */
export async function takeLock(
  db: Database,
  id: string,
  lock: { holder: string; nowMs: number; untilMs: number },
): Promise<boolean> {
  const done = await db
    .updateTable('resumable_uploads')
    .set({ lock_holder: lock.holder, lock_until: lock.untilMs, lock_wanted: 0 })
    .where('id', '=', id)
    .where('lock_until', '<=', lock.nowMs)
    .executeTakeFirst();
  return Number(done.numUpdatedRows) === 1;
}

/** Asks the holder of a lock to let go. Answers whether there is such an upload. */
export async function wantLock(db: Database, id: string): Promise<boolean> {
  const done = await db
    .updateTable('resumable_uploads')
    .set({ lock_wanted: 1 })
    .where('id', '=', id)
    .executeTakeFirst();
  return Number(done.numUpdatedRows) === 1;
}

/** A sign of life; undefined when the lock is another's by now. */
export async function extendLock(
  db: Database,
  id: string,
  lock: { holder: string; untilMs: number },
): Promise<{ isWanted: boolean } | undefined> {
  const row = await db
    .updateTable('resumable_uploads')
    .set({ lock_until: lock.untilMs })
    .where('id', '=', id)
    .where('lock_holder', '=', lock.holder)
    .returning('lock_wanted')
    .executeTakeFirst();
  return row && { isWanted: row.lock_wanted === 1 };
}

export async function dropLock(db: Database, id: string, holder: string): Promise<void> {
  await db
    .updateTable('resumable_uploads')
    .set({ lock_holder: null, lock_until: 0 })
    .where('id', '=', id)
    .where('lock_holder', '=', holder)
    .execute();
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
