import type { Acting } from '../audit/acting.ts';
import { settleBatch } from '../batches/write-batches.ts';
import { enqueueCallback } from '../callbacks/enqueue-callback.ts';
import type { Database } from '../database/open-database.ts';
import type { TasksTable } from '../database/task-tables.ts';
import { changeTask, listAttachments } from './queries.ts';
import { failedResponse, toAttachment } from './rules.ts';

/**
 * Ends a pending task in error once all its attachments are settled and one of them is bad; in the transaction that settled one. The
 * task's lock is taken first, so that of two attachments that settle at once the second sees the first.
 */
export async function failTaskIfSettled(tx: Database, acting: Acting, taskId: string): Promise<void> {
  const { tenantId, nowMs } = acting;
  const attachments = ((await listAttachments(tx, tenantId, [taskId])).get(taskId) ?? []).map(toAttachment);
  const isSettled = attachments.every(({ state }) => state === 'ready' || state === 'error');
  if (!isSettled || attachments.every(({ state }) => state === 'ready')) return;
  const change = { status: 'error', response: JSON.stringify(failedResponse(attachments)), updated_at: nowMs };
  const task = await changeTask(tx, tenantId, taskId, change, ['pending']);
  if (task !== undefined) await tellEnd(tx, acting, task);
}

/** What follows the end of a task in its transaction: the callback, and what it means for the batch. */
export async function tellEnd(tx: Database, acting: Acting, task: TasksTable): Promise<void> {
  if (task.callback_url !== null && task.status !== 'canceled') {
    const order = { subject: 'task', id: task.id, url: task.callback_url, state: task.status } as const;
    await enqueueCallback(tx, acting, order);
  }
  if (task.batch !== null) await settleBatch(tx, acting, task.batch);
}
