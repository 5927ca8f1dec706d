import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest that one stretch of computing keeps other requests waiting. */
const turnMs = 8;

/** What a long computation tells and heeds. */
export interface LongWork {
  /** Told how much is done, 0 to 1, now and then. */
  onProgress?: ((done: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Runs a computation that yields how many of `total` are done, letting other requests have their turn between.
 * @throws the signal's reason when it aborts
 */
export async function takeTurns<T>(steps: Generator<number, T>, total: number, work: LongWork): Promise<T> {
  let turnEnds = performance.now() + turnMs;
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() < turnEnds) continue;
    work.onProgress?.(total === 0 ? 1 : step.value / total);
    await nextTurn();
    work.signal?.throwIfAborted();
    turnEnds = performance.now() + turnMs;
  }
}
