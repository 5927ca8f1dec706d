import { expect, test } from 'vitest';
import { brushOf } from '../facets/brush.ts';
import { boundsOfSpan, spanOfBrush, spanWords, timeBins, timeFieldsOf } from './time-bins.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const field = (name: string, missing: number, distinct = 9) => ({
  name,
  type: 'text' as const,
  missing,
  distinct,
  categorical: false,
});

test('bars are whole days, several where there are many, and hours where there are few', () => {
  const days = timeBins(at('2026-03-01T17:00:00'), at('2026-03-20T01:00:00'));
  expect(days).toEqual({ count: 20, min: at('2026-03-01T00:00:00'), max: at('2026-03-21T00:00:00'), isWhole: false });
  const years = timeBins(at('2020-01-01T00:00:00'), at('2026-12-31T23:59:59'));
  expect(years.count).toBeLessThanOrEqual(160);
  expect((years.max - years.min) / years.count / 86_400_000).toBe(16);
  const hours = timeBins(at('2026-03-01T17:20:00'), at('2026-03-02T01:00:00'));
  expect(hours).toMatchObject({ count: 9, min: at('2026-03-01T17:00:00') });
});

test.each([
  [
    { first: 3, last: 5 },
    { from: '2026-03-04', before: '2026-03-07' },
  ],
  [{ first: 0, last: 5 }, { before: '2026-03-07' }],
  [{ first: 0, last: 19 }, {}],
])('the brush %j is the span %j, and back', (brush, span) => {
  const bins = timeBins(at('2026-03-01T17:00:00'), at('2026-03-20T01:00:00'));
  expect(spanOfBrush(bins, brush)).toEqual(span);
  expect(brushOf(bins, boundsOfSpan(span))).toEqual(brush);
});

test('hours are written as times, which sort among the texts of records', () => {
  const bins = timeBins(at('2026-03-01T17:20:00'), at('2026-03-02T01:00:00'));
  const span = spanOfBrush(bins, { first: 1, last: 2 });
  expect(span).toEqual({ from: '2026-03-01T18:00:00', before: '2026-03-01T20:00:00' });
  expect(brushOf(bins, boundsOfSpan(span))).toEqual({ first: 1, last: 2 });
});

test('the field that most items have is shown, and none that says one thing of all', () => {
  const names = (...fields: ReturnType<typeof field>[]) => timeFieldsOf(fields).map(({ name }) => name);
  expect(names(field('capture_time', 5), field('capture_local', 3), field('ingest_day', 0, 1))).toEqual([
    'capture_local',
    'capture_time',
  ]);
  expect(names(field('ingest_day', 0, 4), field('name', 0))).toEqual(['ingest_day']);
  expect(names(field('iso', 0))).toEqual([]);
});

test('a span is told by its first and last day', () => {
  expect(spanWords(at('2026-03-01T00:00:00'), at('2026-03-07T00:00:00'))).toBe('1 Mar 2026 – 6 Mar 2026');
  expect(spanWords(at('2026-03-01T00:00:00'), at('2026-03-02T00:00:00'))).toBe('1 Mar 2026');
});
