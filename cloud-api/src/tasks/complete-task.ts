import { AppError } from '@nucleus/shared/failure/app-error';
import type { Task } from '@nucleus/shared/wire/tasks';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { recordUsage } from '../usage/record-usage.ts';
import { changeTask, findTaskRow, listStored } from './queries.ts';
import { getTask, taskNotFound } from './read-tasks.ts';
import { tellEnd } from './settle-task.ts';

/**
 * Completes a pending task whose attachments are all ready. Status, callback, bill and audit are one transaction: all of them, or none.
 * @throws AppError `task-not-found`, `conflict`
 */
export async function completeTask(
  db: Kysely<Tables>,
  acting: Acting,
  taskId: string,
  response: Record<string, unknown>,
): Promise<Task> {
  const { tenantId, nowMs } = acting;
  return db.transaction().execute(async (tx) => {
    const change = {
      status: 'completed',
      response: JSON.stringify(response),
      updated_at: nowMs,
      completed_at: nowMs,
    };
    const task = await changeTask(tx, tenantId, taskId, change, ['pending']);
    if (task === undefined) {
      const known = await findTaskRow(tx, tenantId, taskId);
      if (known === undefined) throw taskNotFound();
      throw new AppError('conflict', `This task is ${known.status}: only a pending task can be completed.`);
    }
    const attachments = await listStored(tx, tenantId, taskId);
    const waiting = attachments.filter(({ state }) => state !== 'ready');
    if (waiting.length > 0) {
      throw new AppError('conflict', `${waiting.length} of ${attachments.length} attachments are not ready yet.`);
    }
    await recordUsage(tx, acting, {
      task_id: taskId,
      type: task.type,
      project: task.project,
      batch: task.batch,
      attachments: attachments.map(({ id, sha256, bytes }) => ({
        attachment_id: id,
        sha256: sha256 ?? '',
        bytes: bytes ?? 0,
      })),
    });
    await writeAudit(tx, acting, { action: 'task.complete', targetId: taskId });
    await tellEnd(tx, acting, task);
    return getTask(tx, tenantId, taskId);
  });
}
