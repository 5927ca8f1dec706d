import { expect, test } from 'vitest';
import { countThatFit } from './push-outbox.ts';

const lines = (...bytes: number[]) => bytes.map((size) => ({ bytes: size }));

test.each([
  { sizes: [10, 10, 10], limits: { changes: 2, bytes: 1000 }, want: 2, why: 'stops at the number of changes' },
  { sizes: [10, 10, 10], limits: { changes: 9, bytes: 25 }, want: 2, why: 'stops before the bytes are too many' },
  { sizes: [10, 10, 10], limits: { changes: 9, bytes: 35 }, want: 3, why: 'may fill the bytes exactly' },
  {
    sizes: [99, 10],
    limits: { changes: 9, bytes: 50 },
    want: 1,
    why: 'sends a single giant alone, so that it is answered',
  },
  { sizes: [], limits: { changes: 9, bytes: 50 }, want: 0, why: 'nothing gives nothing' },
])('$why', ({ sizes, limits, want }) => {
  expect(countThatFit(lines(...sizes), 5, limits)).toBe(want);
});
