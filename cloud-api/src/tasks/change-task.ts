import { AppError } from '@nucleus/shared/failure/app-error';
import type { Task } from '@nucleus/shared/wire/tasks';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { settleBatch } from '../batches/write-batches.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { enqueueFetch } from './enqueue-fetch.ts';
import {
  changeAttachment,
  changeTask,
  dropTags,
  findTaskByKey,
  findTaskRow,
  listAttachments,
  putTags,
} from './queries.ts';
import { getTask, taskNotFound } from './read-tasks.ts';
import { tellEnd } from './settle-task.ts';

type Db = Kysely<Tables>;

/**
 * Cancels a task that is pending or in error. What is being fetched for it ends by itself.
 * @param clearUniqueId frees its unique id for another task
 * @throws AppError `task-not-found`, `conflict`
 */
export async function cancelTask(db: Db, acting: Acting, taskId: string, clearUniqueId: boolean): Promise<Task> {
  return db.transaction().execute(async (tx) => {
    const change = {
      status: 'canceled',
      updated_at: acting.nowMs,
      ...(clearUniqueId ? { unique_id: null } : {}),
    };
    const task = await changeTask(tx, acting.tenantId, taskId, change, ['pending', 'error']);
    if (task === undefined) {
      const known = await findTaskRow(tx, acting.tenantId, taskId);
      if (known === undefined) throw taskNotFound();
      throw new AppError('conflict', `This task is ${known.status}: it cannot be canceled any more.`);
    }
    await writeAudit(tx, acting, { action: 'task.cancel', targetId: taskId });
    await tellEnd(tx, acting, task);
    return getTask(tx, acting.tenantId, taskId);
  });
}

/**
 * Fetches the failed attachments of a task in error again: it is pending until they are settled. What is ready stays.
 * @throws AppError `task-not-found`, `conflict` for a task that is not in error
 */
export async function refetchTask(db: Db, acting: Acting, taskId: string): Promise<Task> {
  const { tenantId, nowMs } = acting;
  return db.transaction().execute(async (tx) => {
    const change = { status: 'pending', response: null, callback_succeeded: null, updated_at: nowMs };
    const task = await changeTask(tx, tenantId, taskId, change, ['error']);
    if (task === undefined) {
      const known = await findTaskRow(tx, tenantId, taskId);
      if (known === undefined) throw taskNotFound();
      throw new AppError('conflict', `This task is ${known.status}: only a task in error is fetched again.`);
    }
    const again = { state: 'pending', code: null, message: null, tries: 0, updated_at: nowMs };
    for (const { place } of (await listAttachments(tx, tenantId, [taskId])).get(taskId) ?? []) {
      const attachment = { taskId, place };
      const changed = await changeAttachment(tx, tenantId, attachment, again, ['error']);
      if (changed !== undefined) await enqueueFetch(tx, acting, { ...attachment, url: changed.url });
    }
    await writeAudit(tx, acting, { action: 'task.refetch', targetId: taskId });
    if (task.batch !== null) await settleBatch(tx, acting, task.batch);
    return getTask(tx, tenantId, taskId);
  });
}

/** @throws AppError `task-not-found` */
export function setTaskMetadata(
  db: Db,
  acting: Acting,
  taskId: string,
  metadata: Record<string, unknown>,
): Promise<Task> {
  return change(db, acting, taskId, { metadata: JSON.stringify(metadata) });
}

/**
 * Changes the tags of a task: `set` replaces them.
 * @throws AppError `task-not-found`
 */
export function changeTaskTags(
  db: Db,
  acting: Acting,
  taskId: string,
  how: 'set' | 'add' | 'remove',
  tags: readonly string[],
): Promise<Task> {
  return change(db, acting, taskId, {}, async (tx) => {
    if (how !== 'add') await dropTags(tx, acting.tenantId, taskId, how === 'set' ? undefined : tags);
    if (how !== 'remove') await putTags(tx, acting.tenantId, taskId, tags);
  });
}

/**
 * Gives a task another unique id, or none.
 * @throws AppError `task-not-found`, `conflict` when another task has it
 */
export function setTaskUniqueId(db: Db, acting: Acting, taskId: string, uniqueId: string | null): Promise<Task> {
  return change(db, acting, taskId, { unique_id: uniqueId }, undefined, async (tx) => {
    if (uniqueId === null) return;
    const holder = await findTaskByKey(tx, acting.tenantId, { uniqueId, idempotencyKey: null });
    if (holder !== undefined && holder.id !== taskId) {
      throw new AppError('conflict', 'This unique_id belongs to another task: choose another or clear it.');
    }
  });
}

async function change(
  db: Db,
  acting: Acting,
  taskId: string,
  values: Parameters<typeof changeTask>[3],
  afterwards?: (tx: Database) => Promise<void>,
  before?: (tx: Database) => Promise<void>,
): Promise<Task> {
  return db.transaction().execute(async (tx) => {
    await before?.(tx);
    const changed = await changeTask(tx, acting.tenantId, taskId, { ...values, updated_at: acting.nowMs });
    if (changed === undefined) throw taskNotFound();
    await afterwards?.(tx);
    await writeAudit(tx, acting, { action: 'task.change', targetId: taskId });
    return getTask(tx, acting.tenantId, taskId);
  });
}
