import type { State } from './open-state.ts';

/** Counting so many rows takes about a millisecond. */
const rowsAMillisecond = 2000;

/**
 * Whether all sources together owe the cloud `maxChanges` or more. A large queue takes long to count, so it is counted the more seldom the
 * larger it may be, and may be exceeded by what is described meanwhile.
 * @param nowMs a monotonic clock.
 */
export function openQueueLimit(state: State, maxChanges: number, nowMs: () => number): () => boolean {
  const count = state.prepare<[], number>('select count(*) from outbox').pluck();
  const everyMs = (maxChanges / rowsAMillisecond) * 10;
  let countedMs = Number.NEGATIVE_INFINITY;
  let isFull = false;
  return () => {
    if (nowMs() - countedMs >= everyMs) {
      isFull = (count.get() ?? 0) >= maxChanges;
      countedMs = nowMs();
    }
    return isFull;
  };
}
