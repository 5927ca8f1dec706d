/** Tells a customer's server how a task or a batch ended: at least once, up to 20 times within 24 hours, signed. */
import { callbackSignatureHeader } from '@nucleus/shared/wire/callbacks';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import type { JobHandler } from '../job-queue/job.ts';
import type { CallbackOrder } from './enqueue-callback.ts';
import { callbackKeyOf, callbackWaitMs, mostCallbackTries, signCallback } from './rules.ts';

const Order = z.object({ subject: z.enum(['task', 'batch']), id: z.string(), url: z.string(), state: z.string() });
const Checkpoint = z.object({ tries: z.number() });

/** One kind of thing that callbacks are about. */
export interface CallbackSubject {
  /** The body, or undefined when the state that was to be told is no longer so. */
  describe: (db: Database, tenantId: string, id: string, state: string) => Promise<unknown>;
  /** Keeps how it went. */
  settle: (tx: Database, tenantId: string, id: string, succeeded: boolean) => Promise<void>;
}

export interface CallbackParts {
  db: Kysely<Tables>;
  /** Secret of the deployment's links. */
  secret: Uint8Array;
  /** Sends through the one fetcher; answers whether the server took it. */
  post: (url: string, body: string, headers: Record<string, string>, signal: AbortSignal) => Promise<boolean>;
  subjects: Record<CallbackOrder['subject'], CallbackSubject>;
}

/** A try that a crash cuts off is not counted and is made again: the receiver may hear one thing twice. */
export function callbackJob({ db, secret, post, subjects }: CallbackParts): JobHandler {
  return async ({ job, signal, acting, step }) => {
    const { subject, id, url, state } = Order.parse(job.input);
    const { describe, settle } = subjects[subject];
    const told = await describe(db, job.tenantId, id, state);
    if (told === undefined) {
      await step(async () => ({ completedSteps: 1, end: { message: { superseded: true } } }));
      return;
    }
    const tries = (job.checkpoint === undefined ? 0 : Checkpoint.parse(job.checkpoint).tries) + 1;
    const body = JSON.stringify(told);
    const signature = signCallback(callbackKeyOf(secret, job.tenantId), body, acting().nowMs);
    const succeeded = await post(url, body, { [callbackSignatureHeader]: signature }, signal);
    signal.throwIfAborted();
    if (!succeeded && tries < mostCallbackTries) {
      await step(async () => ({ checkpoint: { tries }, laterAt: acting().nowMs + callbackWaitMs(tries) }));
      return;
    }
    await step(async (tx) => {
      await settle(tx, job.tenantId, id, succeeded);
      return { completedSteps: 1, end: { message: { succeeded, tries } } };
    });
  };
}
