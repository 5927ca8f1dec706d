/**
 * Brings in one attachment of a task: pending → fetching → processing → ready or error. Each arrow is a transaction that holds only
 * while this worker has the job, so that a worker that dies anywhere leaves a state from which the next one starts anew.
 */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { type AttachmentFault, judgeFailure } from '../attachments/judge-failure.ts';
import { keepObject } from '../attachments/keep-object.ts';
import type { KeptImage } from '../attachments/kept-image.ts';
import type { Attachments } from '../attachments/open-attachments.ts';
import type { Acting } from '../audit/acting.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import type { TaskAttachmentsTable } from '../database/task-tables.ts';
import type { JobHandler } from '../job-queue/job.ts';
import { changeAttachment, changeTask } from './queries.ts';
import { fetchWaitMs, mostFetchTries } from './rules.ts';
import { failTaskIfSettled } from './settle-task.ts';

const Place = z.object({ taskId: z.string(), place: z.number() });
type Place = z.infer<typeof Place>;

const moving = ['pending', 'fetching', 'processing'];

/** Beyond the tries of a fetch itself: so many more a worker may die in the middle. */
const mostBeginnings = mostFetchTries + 3;

const brokenDown: AttachmentFault = {
  code: 'processing_failed',
  message: 'The attachment could not be processed: the worker ended several times while it was at it.',
  mayPass: false,
};

export function fetchJob(db: Kysely<Tables>, attachments: Attachments): JobHandler {
  return async ({ job, signal, acting, step }) => {
    const place = Place.parse(job.input);
    const { tenantId } = job;
    let begun: TaskAttachmentsTable | undefined;
    await step(async (tx) => {
      begun = await beginFetch(tx, acting(), place);
      return begun === undefined ? { completedSteps: 1, end: { message: {} } } : {};
    });
    if (begun === undefined) return;
    const { url, tries } = begun;
    const told = async (): Promise<void> => {
      await changeAttachment(db, tenantId, place, { state: 'processing', updated_at: acting().nowMs }, ['fetching']);
    };
    const outcome =
      tries > mostBeginnings ? { fault: brokenDown } : await attempt(attachments, tenantId, url, signal, told);
    // What a stop cut off is no failure of the attachment.
    signal.throwIfAborted();
    if (outcome.fault?.mayPass && tries < mostFetchTries) {
      const { code, message } = outcome.fault;
      const waiting = { state: 'pending', code, message, updated_at: acting().nowMs };
      await step(async (tx) => {
        await changeAttachment(tx, tenantId, place, waiting, moving);
        return { laterAt: acting().nowMs + fetchWaitMs(tries) };
      });
      return;
    }
    await step(async (tx) => {
      await settleAttachment(tx, acting(), place, outcome);
      return { completedSteps: 1, end: { message: {} } };
    });
  };
}

type Outcome = { kept: KeptImage; fault?: never } | { kept?: never; fault: AttachmentFault };

async function attempt(
  attachments: Attachments,
  tenantId: string,
  url: string,
  signal: AbortSignal,
  onFetched: () => Promise<void>,
): Promise<Outcome> {
  try {
    return { kept: await attachments.fetchImage(tenantId, url, signal, onFetched) };
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    return { fault: judgeFailure(error, attachments.maxBytes) };
  }
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
