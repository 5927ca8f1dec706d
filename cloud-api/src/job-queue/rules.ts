/** Decisions of the queue. Pure: time and chance are arguments. */

export interface BackoffPolicy {
  firstMs: number;
  maxMs: number;
}

/** Times of the queue, in milliseconds. */
export interface QueueTimes {
  /** How long a claim holds without a sign of life. Longer than the clocks of two hosts may differ. */
  leaseMs: number;
  /** Signs of life; several fit into one lease. */
  heartbeatMs: number;
  /** How often an idle worker looks for jobs of other processes. */
  pollMs: number;
  backoff: BackoffPolicy;
}

/** Claims without progress after which a job has failed. */
export const mostAttempts = 5;
/** Newest errors that are kept and answered. */
export const mostErrors = 10_000;

/** Names that occur at least `most` times; none without a limit. */
export function busiest(names: readonly string[], most: number | undefined): string[] {
  if (most === undefined) return [];
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].filter(([, amount]) => amount >= most).map(([name]) => name);
}

/** Times that follow from the length of a lease. */
export function timesOf(leaseMs: number): QueueTimes {
  return {
    leaseMs,
    heartbeatMs: Math.max(250, Math.floor(leaseMs / 4)),
    pollMs: 1_000,
    backoff: { firstMs: 1_000, maxMs: 60_000 },
  };
}

/** Wait before attempt number `attempt` + 1 (1-based), in ms: doubling, capped, with jitter over its upper half. `random` is 0..1. */
export function backoffMs(attempt: number, policy: BackoffPolicy, random: number): number {
  const ceiling = Math.min(policy.firstMs * 2 ** (attempt - 1), policy.maxMs);
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
