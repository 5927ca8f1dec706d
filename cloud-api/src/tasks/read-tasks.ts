import { AppError } from '@nucleus/shared/failure/app-error';
import type { ObjectVariant } from '@nucleus/shared/wire/assets';
import type { AttachmentDetail, ListTasks, Task } from '@nucleus/shared/wire/tasks';
import { readStoredExif } from '../attachments/kept-image.ts';
import type { Database } from '../database/open-database.ts';
import type { TasksTable } from '../database/task-tables.ts';
import { readDate } from '../jobs/rules.ts';
import { isTest } from '../tenants/test-world.ts';
import { countUnits } from '../usage/read-usage.ts';
import { countAttachmentsByState, countTasksByStatus } from './count-queries.ts';
import {
  countTaskRows,
  findTaskRow,
  listAttachments,
  listStored,
  listTags,
  listTaskRows,
  type Span,
  type StoredAttachment,
} from './queries.ts';
import { readToken, spellToken, toAttachment, toTask } from './rules.ts';

/** @throws AppError `task-not-found` */
export async function getTask(db: Database, tenantId: string, taskId: string): Promise<Task> {
  const row = await findTaskRow(db, tenantId, taskId);
  if (row === undefined) throw taskNotFound();
  const [task] = await toTasks(db, tenantId, [row]);
  return task as Task;
}

/** A page of tasks, newest first, and how many meet the filters in all. @throws AppError `invalid-request` */
export async function listTasks(
  db: Database,
  tenantId: string,
  asked: ListTasks,
): Promise<{
  docs: Task[];
  total: number;
  limit: number;
  offset: number;
  has_more: boolean;
  next_token: string | null;
}> {
  const { limit } = asked;
  const filter = {
    project: asked.project,
    batch: asked.batch,
    type: asked.type,
    statuses: asked.status,
    uniqueIds: asked.unique_id,
    tags: asked.tags,
    created: spanOf(asked, 'start_time', 'end_time'),
    completed: spanOf(asked, 'completed_after', 'completed_before'),
    updated: spanOf(asked, 'updated_after', 'updated_before'),
  };
  const after = asked.next_token === undefined ? undefined : readToken(asked.next_token);
  const rows = await listTaskRows(db, tenantId, filter, { limit: limit + 1, after });
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    docs: await toTasks(db, tenantId, shown),
    total: await countTaskRows(db, tenantId, filter),
    limit,
    offset: 0,
    has_more: last !== undefined,
    next_token: last === undefined ? null : spellToken({ createdAt: last.created_at, id: last.id }),
  };
}

/** Counts for the page of tasks. */
export async function countTasks(
  db: Database,
  tenantId: string,
  group: { project?: string | undefined; batch?: string | undefined },
  nowMs: number,
): Promise<
  Record<(typeof counted)[number] | 'attachments_moving' | 'attachments_failed' | 'billed_this_month', number>
> {
  const of = { project: group.project, batch: group.batch };
  const tasks = await countTasksByStatus(db, tenantId, of);
  const { error = 0, ...moving } = await countAttachmentsByState(db, tenantId, of);
  const now = new Date(nowMs);
  const byStatus = Object.fromEntries(counted.map((status) => [status, tasks[status] ?? 0]));
  return {
    ...(byStatus as Record<(typeof counted)[number], number>),
    attachments_moving: Object.values(moving).reduce((sum, amount) => sum + amount, 0),
    attachments_failed: error,
    billed_this_month: await countUnits(db, tenantId, Date.UTC(now.getUTCFullYear(), now.getUTCMonth())),
  };
}
const counted = ['pending', 'completed', 'canceled', 'error'] as const;

/**
 * Attachments of a task with what is stored of them.
 * @param linkTo address of an expiring link to a stored picture
 * @throws AppError `task-not-found`
 */
export async function listTaskAttachments(
  db: Database,
  tenantId: string,
  taskId: string,
  linkTo: LinkTo,
): Promise<AttachmentDetail[]> {
  if ((await findTaskRow(db, tenantId, taskId)) === undefined) throw taskNotFound();
  return (await listStored(db, tenantId, taskId)).map((row) => toDetail(row, linkTo));
}

/** Address of an expiring link to a stored picture. */
type LinkTo = (object: { sha256: string; format: string; variant: ObjectVariant }) => string;

export function taskNotFound(): AppError {
  return new AppError('task-not-found', 'There is no such task.');
}

function toDetail(row: StoredAttachment, linkTo: LinkTo): AttachmentDetail {
  const { sha256, format } = row;
  const link = (variant: ObjectVariant) =>
    sha256 === null || format === null ? null : linkTo({ sha256, format, variant });
  return {
    ...toAttachment(row),
    attachment_id: row.id,
    role: row.role as AttachmentDetail['role'],
    tries: row.tries,
    updated_at: new Date(row.updated_at).toISOString(),
    sha256,
    bytes: row.bytes,
    format,
    width: row.width,
    height: row.height,
    exif: readStoredExif(row.exif),
    url: link('original'),
    preview_url: link('preview-1024'),
  };
}

async function toTasks(db: Database, tenantId: string, rows: readonly TasksTable[]): Promise<Task[]> {
  const ids = rows.map(({ id }) => id);
  const attachments = await listAttachments(db, tenantId, ids);
  const tags = await listTags(db, tenantId, ids);
  const isTestTask = await isTest(db, tenantId);
  return rows.map((row) =>
    toTask(row, { attachments: attachments.get(row.id) ?? [], tags: tags.get(row.id) ?? [], isTest: isTestTask }),
  );
}

function spanOf(asked: ListTasks, from: keyof ListTasks, to: keyof ListTasks): Span {
  const read = (name: keyof ListTasks) => {
    const text = asked[name];
    return typeof text === 'string' ? readDate(name, text) : undefined;
  };
  return { fromMs: read(from), toMs: read(to) };
}
