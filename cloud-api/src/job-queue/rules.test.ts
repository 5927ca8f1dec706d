import { expect, test } from 'vitest';
import { backoffMs, timesOf } from './rules.ts';

const policy = { firstMs: 1_000, maxMs: 60_000 };

test.each([
  [1, 0, 500],
  [1, 1, 1_000],
  [2, 1, 2_000],
  [4, 0.5, 6_000],
  [7, 1, 60_000],
  [40, 0, 30_000],
  [40, 1, 60_000],
])('attempt %i with chance %f waits %i ms', (attempt, random, waitMs) => {
  expect(backoffMs(attempt, policy, random)).toBe(waitMs);
});

test('several heartbeats fit into a lease', () => {
  for (const leaseMs of [2_000, 15_000, 3_600_000]) {
    expect(timesOf(leaseMs).heartbeatMs * 3).toBeLessThan(leaseMs);
  }
});
