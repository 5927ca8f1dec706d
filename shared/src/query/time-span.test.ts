import { expect, test } from 'vitest';
import { readSpan, withSpan } from './time-span.ts';

test.each([
  ['', {}],
  ['iso > 100', {}],
  ['taken >= "2026-03-01"', { from: '2026-03-01' }],
  ['taken >= "2026-03-01" AND iso > 1 AND taken < "2026-04-01"', { from: '2026-03-01', before: '2026-04-01' }],
  ['taken >= "2026-03-01" AND taken >= "2026-03-05"', { from: '2026-03-05' }],
  ['metadata.taken < "2026-04-01"', { before: '2026-04-01' }],
  // what a brush could not have written stays a condition of its own
  ['taken = "2026-03-01" AND taken > "2026"', {}],
  ['taken >= "2026" OR iso > 1', {}],
])('%j asks for %j', (query, span) => {
  expect(readSpan(query, 'taken')).toEqual(span);
});

test.each([
  ['', { from: '2026-03-01', before: '2026-04-01' }, 'taken >= "2026-03-01" AND taken < "2026-04-01"'],
  ['taken >= "2025" AND iso > 1', { before: '2026-04-01' }, 'taken < "2026-04-01" AND iso > 1'],
  ['iso > 1 AND taken < "2025" AND taken >= "2024"', {}, 'iso > 1'],
  ['taken < "2025"', {}, ''],
  ['iso > 1 OR f > 2', { from: '2026-03-01' }, '(iso > 1 OR f > 2) AND taken >= "2026-03-01"'],
])('%j with %j is %j', (query, span, want) => {
  const written = withSpan(query, 'taken', span);
  expect(written).toBe(want);
  expect(readSpan(written, 'taken')).toEqual(span);
});
