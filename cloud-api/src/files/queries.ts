import type { Database } from '../database/open-database.ts';
import type { FilesTable } from '../database/task-tables.ts';
import type { StoredFile } from './rules.ts';

const selectFiles = (db: Database, tenantId: string) =>
  db
    .selectFrom('files')
    .innerJoin('objects', (join) =>
      join.onRef('objects.tenant_id', '=', 'files.tenant_id').onRef('objects.sha256', '=', 'files.sha256'),
    )
    .selectAll('files')
    .select(['objects.bytes', 'objects.format', 'objects.width', 'objects.height'])
    .select(['objects.phash', 'objects.blurhash', 'objects.exif'])
    .where('files.tenant_id', '=', tenantId);

/** Answers whether it was added: false when its reference id is taken. */
export async function insertFile(tx: Database, row: FilesTable): Promise<boolean> {
  const done = await tx
    .insertInto('files')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (done.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export function findFile(db: Database, tenantId: string, fileId: string): Promise<StoredFile | undefined> {
  return selectFiles(db, tenantId).where('files.id', '=', fileId).executeTakeFirst();
}

export async function hasReference(db: Database, tenantId: string, referenceId: string): Promise<boolean> {
  const row = await db
    .selectFrom('files')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('reference_id', '=', referenceId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Keeps the first use of a file: from then on it is not swept. Answers whether the file is still there. */
export async function markUsed(db: Database, tenantId: string, fileId: string, nowMs: number): Promise<boolean> {
  const done = await db
    .updateTable('files')
    .set((set) => ({ used_at: set.fn.coalesce('used_at', set.val(nowMs)) }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', fileId)
    .executeTakeFirst();
  return Number(done.numUpdatedRows) === 1;
}

/** Newest first, after a place. */
export function listFileRows(
  db: Database,
  tenantId: string,
  page: { project: string | undefined; limit: number; after: { createdAt: number; id: string } | undefined },
): Promise<StoredFile[]> {
  const { project, after } = page;
  let query = selectFiles(db, tenantId);
  if (project !== undefined) query = query.where('files.project_name', '=', project);
  if (after !== undefined) {
    query = query.where((where) =>
      where.or([
        where('files.created_at', '<', after.createdAt),
        where.and([where('files.created_at', '=', after.createdAt), where('files.id', '<', after.id)]),
      ]),
    );
  }
  return query.orderBy('files.created_at', 'desc').orderBy('files.id', 'desc').limit(page.limit).execute();
}

/** Removes files of all tenants that came before `beforeMs` and were never used. Answers how many. */
export async function deleteUnused(db: Database, beforeMs: number): Promise<number> {
  const done = await db
    .deleteFrom('files')
    .where('used_at', 'is', null)
    .where('created_at', '<', beforeMs)
    .executeTakeFirst();
  return Number(done.numDeletedRows);
}
