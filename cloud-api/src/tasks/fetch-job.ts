/** Brings in one attachment of a task. */
import { z } from 'zod';
import { bringIn, type FetchSubject, moving, type Outcome } from '../attachments/bring-in.ts';
import { keepObject } from '../attachments/keep-object.ts';
import type { Attachments } from '../attachments/open-attachments.ts';
import type { Acting } from '../audit/acting.ts';
import type { Database } from '../database/open-database.ts';
import type { TaskAttachmentsTable } from '../database/task-tables.ts';
import type { JobHandler } from '../job-queue/job.ts';
import { changeAttachment, changeTask } from './queries.ts';
import { failTaskIfSettled } from './settle-task.ts';

const Place = z.object({ taskId: z.string(), place: z.number() });
type Place = z.infer<typeof Place>;

export function fetchJob(db: Database, attachments: Attachments): JobHandler {
  return async (run) => {
    const place = Place.parse(run.job.input);
    const subject: FetchSubject = {
      begin: (tx, acting) => beginFetch(tx, acting, place),
      arrived: async ({ tenantId, nowMs }) => {
        await changeAttachment(db, tenantId, place, { state: 'processing', updated_at: nowMs }, ['fetching']);
      },
      wait: async (tx, { tenantId, nowMs }, { code, message }) => {
        const waiting = { state: 'pending', code, message, updated_at: nowMs };
        await changeAttachment(tx, tenantId, place, waiting, moving);
      },
      settle: (tx, acting, outcome) => settleAttachment(tx, acting, place, outcome),
    };
    await bringIn(run, attachments, subject);
  };
}

/** A task that has ended meanwhile is not fetched for any more. */
async function beginFetch(
  tx: Database,
  { tenantId, nowMs }: Acting,
  place: Place,
): Promise<TaskAttachmentsTable | undefined> {
  const task = await changeTask(tx, tenantId, place.taskId, { updated_at: nowMs }, ['pending']);
  if (task === undefined) return undefined;
  const before = await changeAttachment(tx, tenantId, place, { updated_at: nowMs }, moving);
  if (before === undefined) return undefined;
  return changeAttachment(tx, tenantId, place, { state: 'fetching', tries: before.tries + 1 }, moving);
}

async function settleAttachment(tx: Database, acting: Acting, place: Place, { kept, fault }: Outcome): Promise<void> {
  const { tenantId, nowMs } = acting;
  await changeTask(tx, tenantId, place.taskId, { updated_at: nowMs });
  if (kept !== undefined) await keepObject(tx, acting, kept);
  const settled =
    kept === undefined
      ? { state: 'error', code: fault.code, message: fault.message, sha256: null }
      : { state: 'ready', code: null, message: null, sha256: kept.sha256 };
  await changeAttachment(tx, tenantId, place, { ...settled, updated_at: nowMs }, moving);
  await failTaskIfSettled(tx, acting, place.taskId);
}
