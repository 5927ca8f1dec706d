import { AppError } from '@nucleus/shared/failure/app-error';
import { expect, test } from 'vitest';
import { backoffMs, runLoop, waitAfter } from './run-loop.ts';

const policy = { firstMs: 1000, maxMs: 60_000 };

test.each([
  { failures: 1, random: 1, want: 1000, why: 'starts at firstMs' },
  { failures: 3, random: 1, want: 4000, why: 'doubles each time' },
  { failures: 5000, random: 1, want: 60_000, why: 'stops at maxMs' },
  { failures: 3, random: 0.25, want: 1000, why: 'takes any part of it' },
])('failure $failures waits $want ms: $why', ({ failures, random, want }) => {
  expect(backoffMs(failures, policy, random)).toBe(want);
});

test('what the cloud asks for goes before the back-off', () => {
  expect(waitAfter(new AppError('overloaded', 'Later.', { retryAfterS: 2.5 }), 9, policy, 1)).toBe(2500);
});

test('a loop outlives its failures and ends with its signal', async () => {
  const stopping = new AbortController();
  const waits: number[] = [];
  let rounds = 0;
  await runLoop({
    work: async () => {
      rounds += 1;
      if (rounds < 3) throw new Error('not yet');
      if (rounds === 5) stopping.abort();
      return 10;
    },
    policy,
    clock: { now: () => 0, random: () => 1, delay: async (ms) => void waits.push(ms) },
    signal: stopping.signal,
    onFailure: () => undefined,
  });
  expect(waits).toEqual([1000, 2000, 10, 10, 10]);
});
