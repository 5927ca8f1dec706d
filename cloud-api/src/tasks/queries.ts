import { inChunks } from '../database/in-chunks.ts';
import type { Database } from '../database/open-database.ts';
import type { TaskAttachmentsTable, TasksTable } from '../database/task-tables.ts';
import type { TaskPlace } from './rules.ts';

/** Answers whether it was added: false when its unique id or its idempotency key is taken. */
export async function insertTask(tx: Database, row: TasksTable): Promise<boolean> {
  const done = await tx
    .insertInto('tasks')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (done.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export function findTaskRow(db: Database, tenantId: string, taskId: string): Promise<TasksTable | undefined> {
  return db
    .selectFrom('tasks')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', taskId)
    .executeTakeFirst();
}

/** The task that has one of these keys. */
export function findTaskByKey(
  db: Database,
  tenantId: string,
  keys: { uniqueId: string | null; idempotencyKey: string | null },
): Promise<TasksTable | undefined> {
  return db
    .selectFrom('tasks')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where((where) =>
      where.or([
        ...(keys.uniqueId === null ? [] : [where('unique_id', '=', keys.uniqueId)]),
        ...(keys.idempotencyKey === null ? [] : [where('idempotency_key', '=', keys.idempotencyKey)]),
      ]),
    )
    .executeTakeFirst();
}

export async function listUniqueIds(db: Database, tenantId: string, uniqueIds: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const chunk of inChunks(uniqueIds, 1)) {
    const rows = await db
      .selectFrom('tasks')
      .select('unique_id')
      .where('tenant_id', '=', tenantId)
      .where('unique_id', 'in', chunk)
      .execute();
    found.push(...rows.flatMap(({ unique_id }) => unique_id ?? []));
  }
  return found;
}

type TaskChange = Partial<Omit<TasksTable, 'tenant_id' | 'id' | 'type' | 'created_at' | 'request_hash'>>;

/**
 * Changes a task that is in one of `statuses`, and takes its lock until the transaction ends.
 * @returns the task as it is now; undefined when there is none in these states
 */
export function changeTask(
  tx: Database,
  tenantId: string,
  taskId: string,
  change: TaskChange,
  statuses?: readonly string[],
): Promise<TasksTable | undefined> {
  let query = tx.updateTable('tasks').set(change).where('tenant_id', '=', tenantId).where('id', '=', taskId);
  if (statuses !== undefined) query = query.where('status', 'in', [...statuses]);
  return query.returningAll().executeTakeFirst();
}

export async function putTags(tx: Database, tenantId: string, taskId: string, tags: readonly string[]): Promise<void> {
  const rows = [...new Set(tags)].map((tag) => ({ tenant_id: tenantId, task_id: taskId, tag }));
  if (rows.length === 0) return;
  await tx
    .insertInto('task_tags')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** @param tags undefined takes all of them */
export async function dropTags(
  tx: Database,
  tenantId: string,
  taskId: string,
  tags: readonly string[] | undefined,
): Promise<void> {
  if (tags?.length === 0) return;
  let query = tx.deleteFrom('task_tags').where('tenant_id', '=', tenantId).where('task_id', '=', taskId);
  if (tags !== undefined) query = query.where('tag', 'in', [...tags]);
  await query.execute();
}

/** Tags of several tasks, sorted. */
export async function listTags(
  db: Database,
  tenantId: string,
  taskIds: readonly string[],
): Promise<ReadonlyMap<string, string[]>> {
  if (taskIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('task_tags')
    .select(['task_id', 'tag'])
    .where('tenant_id', '=', tenantId)
    .where('task_id', 'in', [...taskIds])
    .orderBy('tag')
    .execute();
  return groupByTask(rows, ({ tag }) => tag);
}

export async function insertAttachments(tx: Database, rows: readonly TaskAttachmentsTable[]): Promise<void> {
  for (const chunk of inChunks(rows, 12)) await tx.insertInto('task_attachments').values(chunk).execute();
}

/** Attachments of several tasks, in their order. */
export async function listAttachments(
  db: Database,
  tenantId: string,
  taskIds: readonly string[],
): Promise<ReadonlyMap<string, TaskAttachmentsTable[]>> {
  if (taskIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('task_attachments')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('task_id', 'in', [...taskIds])
    .orderBy('place')
    .execute();
  return groupByTask(rows, (row) => row);
}

export interface StoredAttachment extends TaskAttachmentsTable {
  bytes: number | null;
  format: string | null;
  width: number | null;
  height: number | null;
  exif: string | null;
}

/** Attachments of one task with what is stored of them. */
export function listStored(db: Database, tenantId: string, taskId: string): Promise<StoredAttachment[]> {
  return db
    .selectFrom('task_attachments')
    .leftJoin('objects', (join) =>
      join
        .onRef('objects.tenant_id', '=', 'task_attachments.tenant_id')
        .onRef('objects.sha256', '=', 'task_attachments.sha256'),
    )
    .selectAll('task_attachments')
    .select(['objects.bytes', 'objects.format', 'objects.width', 'objects.height', 'objects.exif'])
    .where('task_attachments.tenant_id', '=', tenantId)
    .where('task_attachments.task_id', '=', taskId)
    .orderBy('task_attachments.place')
    .execute();
}

type AttachmentChange = Partial<Omit<TaskAttachmentsTable, 'tenant_id' | 'task_id' | 'place' | 'id' | 'role' | 'url'>>;

/** Changes an attachment that is in one of `states`; answers it as it is now. */
export function changeAttachment(
  tx: Database,
  tenantId: string,
  place: { taskId: string; place: number },
  change: AttachmentChange,
  states: readonly string[],
): Promise<TaskAttachmentsTable | undefined> {
  return tx
    .updateTable('task_attachments')
    .set(change)
    .where('tenant_id', '=', tenantId)
    .where('task_id', '=', place.taskId)
    .where('place', '=', place.place)
    .where('state', 'in', [...states])
    .returningAll()
    .executeTakeFirst();
}

export interface TaskFilter {
  project: string | undefined;
  batch: string | undefined;
  type: string | undefined;
  statuses: readonly string[] | undefined;
  uniqueIds: readonly string[] | undefined;
  tags: readonly string[] | undefined;
  created: Span;
  completed: Span;
  updated: Span;
}

/** Milliseconds since 1970: from inclusive, to exclusive. */
export interface Span {
  fromMs: number | undefined;
  toMs: number | undefined;
}

const selectTasks = (db: Database, tenantId: string, filter: TaskFilter) => {
  let query = db.selectFrom('tasks').where('tenant_id', '=', tenantId);
  if (filter.project !== undefined) query = query.where('project', '=', filter.project);
  if (filter.batch !== undefined) query = query.where('batch', '=', filter.batch);
  if (filter.type !== undefined) query = query.where('type', '=', filter.type);
  if (filter.statuses !== undefined) query = query.where('status', 'in', [...filter.statuses]);
  if (filter.uniqueIds !== undefined) query = query.where('unique_id', 'in', [...filter.uniqueIds]);
  for (const tag of filter.tags ?? []) {
    query = query.where((where) =>
      where.exists(
        where
          .selectFrom('task_tags')
          .select('task_tags.tag')
          .where('task_tags.tenant_id', '=', tenantId)
          .whereRef('task_tags.task_id', '=', 'tasks.id')
          .where('task_tags.tag', '=', tag),
      ),
    );
  }
  for (const [column, { fromMs, toMs }] of [
    ['created_at', filter.created],
    ['completed_at', filter.completed],
    ['updated_at', filter.updated],
  ] as const) {
    if (fromMs !== undefined) query = query.where(column, '>=', fromMs);
    if (toMs !== undefined) query = query.where(column, '<', toMs);
  }
  return query;
};

/** Newest first, after a place. */
export function listTaskRows(
  db: Database,
  tenantId: string,
  filter: TaskFilter,
  page: { limit: number; after: TaskPlace | undefined },
): Promise<TasksTable[]> {
  const { after } = page;
  let query = selectTasks(db, tenantId, filter).selectAll();
  if (after !== undefined) {
    query = query.where((where) =>
      where.or([
        where('created_at', '<', after.createdAt),
        where.and([where('created_at', '=', after.createdAt), where('id', '<', after.id)]),
      ]),
    );
  }
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(page.limit).execute();
}

export async function countTaskRows(db: Database, tenantId: string, filter: TaskFilter): Promise<number> {
  const row = await selectTasks(db, tenantId, filter)
    .select((select) => select.fn.countAll<number>().as('total'))
    .executeTakeFirst();
  return Number(row?.total ?? 0);
}

function groupByTask<Row extends { task_id: string }, Value>(
  rows: readonly Row[],
  read: (row: Row) => Value,
): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const row of rows) {
    const group = groups.get(row.task_id);
    if (group === undefined) groups.set(row.task_id, [read(row)]);
    else group.push(read(row));
  }
  return groups;
}
