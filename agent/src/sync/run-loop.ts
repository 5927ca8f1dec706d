/** The one shape of every loop that must not end: work, rest when there was none, back off when it failed, stop when told. */
import { AppError } from '@nucleus/shared/failure/app-error';

export interface BackoffPolicy {
  firstMs: number;
  maxMs: number;
}

/** What a loop takes from the outside, so that tests need no clock. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`, or early when `signal` aborts; never rejects. */
  delay(ms: number, signal: AbortSignal): Promise<void>;
  /** 0 to 1. */
  random(): number;
}

/** Wait before attempt `failures + 1`, in ms: full jitter below a ceiling that doubles. `random` is 0 to 1. */
export function backoffMs(failures: number, { firstMs, maxMs }: BackoffPolicy, random: number): number {
  return Math.round(Math.min(firstMs * 2 ** Math.min(failures - 1, 30), maxMs) * random);
}

/** How long to wait after a failure: what the cloud asked for, exactly; else the back-off. */
export function waitAfter(error: unknown, failures: number, policy: BackoffPolicy, random: number): number {
  const askedS = error instanceof AppError ? error.retryAfterS : undefined;
  return askedS === undefined ? backoffMs(failures, policy, random) : Math.ceil(askedS * 1000);
}

export interface LoopOptions {
  /** One round. Returns how long to rest before the next one, in ms. */
  work: (signal: AbortSignal) => Promise<number>;
  policy: BackoffPolicy;
  clock: Clock;
  signal: AbortSignal;
  /** Called after each failed round, with its number in a row. */
  onFailure: (error: unknown, failures: number, waitMs: number) => void;
}

/** Runs rounds until `signal` aborts. A failing round never ends the loop. */
export async function runLoop({ work, policy, clock, signal, onFailure }: LoopOptions): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    try {
      const restMs = await work(signal);
      failures = 0;
      if (restMs > 0) await clock.delay(restMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      const waitMs = waitAfter(error, failures, policy, clock.random());
      onFailure(error, failures, waitMs);
      await clock.delay(waitMs, signal);
    }
  }
}
