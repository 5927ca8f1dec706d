import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { callbackKeyOf, callbackWaitMs, mostCallbackTries, signCallback } from './rules.ts';

const waits = Array.from({ length: mostCallbackTries - 1 }, (_, at) => callbackWaitMs(at + 1));

test('twenty tries take most of a day and no more, each wait at least as long as the one before', () => {
  const sum = waits.reduce((all, wait) => all + wait, 0);
  expect(sum).toBeLessThanOrEqual(24 * 3_600_000);
  expect(sum).toBeGreaterThan(23 * 3_600_000);
  expect(waits).toEqual(waits.toSorted((a, b) => a - b));
});

test('a signature covers the time and the body, and can be checked with the key alone', () => {
  const key = callbackKeyOf(Buffer.alloc(32, 1), 'ten_a');
  const signature = signCallback(key, '{"a":1}', 1_700_000_000_999);
  const expected = createHmac('sha256', key).update('1700000000.{"a":1}').digest('hex');
  expect(signature).toBe(`t=1700000000,v1=${expected}`);
  expect(signCallback(key, '{"a":2}', 1_700_000_000_999)).not.toBe(signature);
  expect(callbackKeyOf(Buffer.alloc(32, 1), 'ten_b')).not.toBe(key);
});
