/** What a job is to the code that makes and runs it. */
import type { Transaction } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import type { Tables } from '../database/tables.ts';

export type JobEnd = 'completed' | 'errored_user' | 'errored_server' | 'cancelled';

/** A job to be. */
export interface NewJob {
  kind: string;
  datasetId: string | null;
  /** The same key again, in the same tenant, is the same job. */
  requestKey: string | null;
  input: unknown;
  totalSteps?: number;
  /** Milliseconds since 1970; at once unless said. */
  notBeforeMs?: number;
  /** The host that it asks something of, when that is one. */
  host?: string;
}

/** A job in the hands of one worker. */
export interface ClaimedJob {
  tenantId: string;
  jobId: string;
  kind: string;
  datasetId: string | null;
  host: string | null;
  actor: string;
  input: unknown;
  /** What the last committed step left; undefined before the first. */
  checkpoint: unknown;
  attempts: number;
  cancelRequested: boolean;
  /** Token of this claim. */
  lease: string;
}

/** How a job ends well: what clients are answered. */
export interface JobResult {
  message: Record<string, unknown>;
  /** Lists of the message by their field, in parts: JSON of some texts without the brackets. Each is spelled when it is stored. */
  lists?: Readonly<Record<string, Iterable<string>>>;
}

/** What a step leaves behind; it is stored with the step's effect, or neither is. */
export interface StepResult {
  checkpoint?: unknown;
  completedSteps?: number;
  totalSteps?: number;
  /** One JSON text for each row that could not be taken. In privacy mode without reference ids. */
  errors?: readonly string[];
  /** Ends the job as completed, in the same transaction. `totalSteps` becomes `completedSteps`. */
  end?: JobResult;
  /** Gives the job back until then (milliseconds since 1970), in the same transaction: the handler returns. */
  laterAt?: number;
}

/** What a handler is given. */
export interface JobRun {
  job: ClaimedJob;
  /** Aborts when the process stops, the job is cancelled or the lease is lost: leave at the next border. */
  signal: AbortSignal;
  /** For whom and when, read anew for each step. */
  acting: () => Acting;
  /**
   * Runs `effect` and keeps its result in one transaction, which commits only while this claim holds.
   * @throws LeaseLost, JobCancelled
   */
  step: (effect: (tx: Transaction<Tables>) => Promise<StepResult>) => Promise<void>;
}

/**
 * Does a job from its checkpoint to a step with `end` or `laterAt`. What it throws decides: an AppError below 500 is the user's and ends the
 * job; anything else is tried again later.
 */
export type JobHandler = (run: JobRun) => Promise<void>;

/** Another worker took the job over: nothing of this claim may be written any more. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** Somebody asked to end the job. */
export class JobCancelled extends Error {
  override readonly name = 'JobCancelled';
}
