/**
 * Brings in one attachment in the hands of a job: pending → fetching → processing → ready or error. Each arrow is a transaction that holds
 * only while this worker has the job, so that a worker that dies anywhere leaves a state from which the next one starts anew.
 */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Acting } from '../audit/acting.ts';
import type { Database } from '../database/open-database.ts';
import type { JobRun } from '../job-queue/job.ts';
import { type AttachmentFault, judgeFailure } from './judge-failure.ts';
import type { KeptImage } from './kept-image.ts';
import type { Attachments } from './open-attachments.ts';
import { fetchWaitMs, mostFetchTries } from './rules.ts';

/** States of an attachment that is on its way. */
export const moving = ['pending', 'fetching', 'processing'];

export type Outcome = { kept: KeptImage; fault?: never } | { kept?: never; fault: AttachmentFault };

/** Whose attachment it is: what each arrow writes. */
export interface FetchSubject {
  /** Counts a try; undefined when nobody waits for it any more. */
  begin: (tx: Database, acting: Acting) => Promise<{ url: string; tries: number } | undefined>;
  /** The whole body is here. */
  arrived: (acting: Acting) => Promise<void>;
  /** It failed and is tried again later. */
  wait: (tx: Database, acting: Acting, fault: AttachmentFault) => Promise<void>;
  settle: (tx: Database, acting: Acting, outcome: Outcome) => Promise<void>;
}

/** Beyond the tries of a fetch itself: so many more a worker may die in the middle. */
const mostBeginnings = mostFetchTries + 3;

const brokenDown: AttachmentFault = {
  code: 'processing_failed',
  message: 'The attachment could not be processed: the worker ended several times while it was at it.',
  mayPass: false,
};

export async function bringIn(
  { job, signal, acting, step }: JobRun,
  attachments: Attachments,
  subject: FetchSubject,
): Promise<void> {
  let begun: { url: string; tries: number } | undefined;
  await step(async (tx) => {
    begun = await subject.begin(tx, acting());
    return begun === undefined ? { completedSteps: 1, end: { message: {} } } : {};
  });
  if (begun === undefined) return;
  const { url, tries } = begun;
  const outcome =
    tries > mostBeginnings
      ? { fault: brokenDown }
      : await attempt(attachments, job.tenantId, url, signal, () => subject.arrived(acting()));
  // What a stop cut off is no failure of the attachment.
  signal.throwIfAborted();
  const { fault } = outcome;
  if (fault?.mayPass && tries < mostFetchTries) {
    await step(async (tx) => {
      await subject.wait(tx, acting(), fault);
      return { laterAt: acting().nowMs + fetchWaitMs(tries) };
    });
    return;
  }
  await step(async (tx) => {
    await subject.settle(tx, acting(), outcome);
    return { completedSteps: 1, end: { message: {} } };
  });
}

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
