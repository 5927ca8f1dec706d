import { inChunks } from '../database/in-chunks.ts';
import type { Database } from '../database/open-database.ts';

interface ObjectName {
  tenantId: string;
  sha256: string;
}

export async function listTenantsWithObjects(db: Database): Promise<string[]> {
  const rows = await db.selectFrom('objects').select('tenant_id').distinct().execute();
  return rows.map(({ tenant_id }) => tenant_id);
}

/** Hashes of a tenant's objects after `after`, in order. */
export async function listHashes(db: Database, tenantId: string, after: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('objects')
    .select('sha256')
    .where('tenant_id', '=', tenantId)
    .where('sha256', '>', after)
    .orderBy('sha256')
    .limit(limit)
    .execute();
  return rows.map(({ sha256 }) => sha256);
}

/** Those of `hashes` that an item, a mask, a file or a task that was not canceled refers to. */
export async function listReferenced(
  db: Database,
  tenantId: string,
  hashes: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const chunk of inChunks(hashes, 4)) {
    const rows = await db
      .selectFrom('item_assets')
      .select('sha256')
      .where('tenant_id', '=', tenantId)
      .where('sha256', 'in', chunk)
      .union(
        db.selectFrom('label_masks').select('sha256').where('tenant_id', '=', tenantId).where('sha256', 'in', chunk),
      )
      .union(db.selectFrom('files').select('sha256').where('tenant_id', '=', tenantId).where('sha256', 'in', chunk))
      .union(
        db
          .selectFrom('task_attachments')
          .innerJoin('tasks', (join) =>
            join
              .onRef('tasks.tenant_id', '=', 'task_attachments.tenant_id')
              .onRef('tasks.id', '=', 'task_attachments.task_id'),
          )
          .select((select) => select.ref('task_attachments.sha256').$notNull().as('sha256'))
          .where('task_attachments.tenant_id', '=', tenantId)
          .where('task_attachments.sha256', 'in', chunk)
          .where('tasks.status', '<>', 'canceled'),
      )
      .execute();
    for (const { sha256 } of rows) found.add(sha256);
  }
  return found;
}

/** Notes since when these are referred to by nothing; null once something does. */
export async function noteReferences(
  db: Database,
  tenantId: string,
  hashes: readonly string[],
  unreferencedSince: number | null,
): Promise<void> {
  if (hashes.length === 0) return;
  await db
    .updateTable('objects')
    .set({ unreferenced_since: unreferencedSince })
    .where('tenant_id', '=', tenantId)
    .where('sha256', 'in', [...hashes])
    .where('unreferenced_since', unreferencedSince === null ? 'is not' : 'is', null)
    .execute();
}

/**
 * Takes the rows of objects that nothing has referred to since before `beforeMs` and notes their bytes for removal. Whoever refers to
 * one at this moment holds its row: this waits for them and then finds it referred to.
 */
export async function takeUnreferenced(
  tx: Database,
  tenantId: string,
  hashes: readonly string[],
  times: { beforeMs: number; nowMs: number },
): Promise<number> {
  if (hashes.length === 0) return 0;
  const taken = await tx
    .deleteFrom('objects')
    .where('tenant_id', '=', tenantId)
    .where('sha256', 'in', [...hashes])
    .where('unreferenced_since', '<', times.beforeMs)
    .returning('sha256')
    .execute();
  if (taken.length === 0) return 0;
  await tx
    .insertInto('object_removals')
    .values(taken.map(({ sha256 }) => ({ tenant_id: tenantId, sha256, state: 'marked', at: times.nowMs })))
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'sha256']).doUpdateSet({ state: 'marked', at: times.nowMs }),
    )
    .execute();
  return taken.length;
}

/** Removals that were noted, or begun by a sweep that died, before `beforeMs`. */
export async function listRemovals(db: Database, beforeMs: number): Promise<ObjectName[]> {
  return db
    .selectFrom('object_removals')
    .select(['tenant_id as tenantId', 'sha256'])
    .where('at', '<', beforeMs)
    .orderBy('at')
    .limit(1_000)
    .execute();
}

/** Begins a removal, unless the object has a row again. Answers whether its bytes may go. */
export async function beginRemoval(
  tx: Database,
  { tenantId, sha256 }: ObjectName,
  times: { beforeMs: number; nowMs: number },
): Promise<boolean> {
  const done = await tx
    .updateTable('object_removals')
    .set({ state: 'removing', at: times.nowMs })
    .where('tenant_id', '=', tenantId)
    .where('sha256', '=', sha256)
    .where('at', '<', times.beforeMs)
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('objects')
            .select('objects.sha256')
            .whereRef('objects.tenant_id', '=', 'object_removals.tenant_id')
            .whereRef('objects.sha256', '=', 'object_removals.sha256'),
        ),
      ),
    )
    .executeTakeFirst();
  return Number(done.numUpdatedRows) === 1;
}

/** Ends a removal. @param states which ones may be ended; all unless said */
export async function endRemoval(
  db: Database,
  { tenantId, sha256 }: ObjectName,
  state: 'marked' | 'removing',
): Promise<void> {
  await db
    .deleteFrom('object_removals')
    .where('tenant_id', '=', tenantId)
    .where('sha256', '=', sha256)
    .where('state', '=', state)
    .execute();
}

export async function findRemoval(db: Database, { tenantId, sha256 }: ObjectName): Promise<string | undefined> {
  const row = await db
    .selectFrom('object_removals')
    .select('state')
    .where('tenant_id', '=', tenantId)
    .where('sha256', '=', sha256)
    .executeTakeFirst();
  return row?.state;
}
