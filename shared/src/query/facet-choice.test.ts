import { expect, test } from 'vitest';
import { noChoice, readChoice, toggleValue, withChoice, withoutChoice, withoutLastTerm } from './facet-choice.ts';

test.each([
  { query: 'iso > 1', field: 'make', choice: { anyOf: ['canon'] }, text: 'iso > 1 AND make = canon' },
  { query: '', field: 'make', choice: { anyOf: ['canon', 'two words'] }, text: 'make IN (canon, "two words")' },
  { query: '', field: 'make', choice: { leftOut: ['canon'] }, text: 'make != canon' },
  { query: '', field: 'make', choice: { leftOut: ['a', 'b'] }, text: 'make NOT IN (a, b)' },
  { query: 'make = a AND iso > 1', field: 'make', choice: { anyOf: ['a', 'b'] }, text: 'make IN (a, b) AND iso > 1' },
  { query: 'make = a AND iso > 1', field: 'make', choice: {}, text: 'iso > 1' },
  { query: 'metadata.make = a', field: 'make', choice: {}, text: '' },
  { query: 'a = 1 OR b = 2', field: 'make', choice: { anyOf: ['x'] }, text: '(a = 1 OR b = 2) AND make = x' },
  { query: '', field: 'sharpness', choice: { atLeast: 4, atMost: 9 }, text: 'sharpness >= 4 AND sharpness <= 9' },
  { query: 'sharpness > 3', field: 'sharpness', choice: { atMost: 9 }, text: 'sharpness <= 9' },
  { query: '', field: 'lens', choice: { missing: 'only' as const }, text: 'lens IS MISSING' },
  { query: '', field: 'name', choice: { contains: 'na/"x"' }, text: 'name CONTAINS "na/\\"x\\""' },
  { query: '', field: 'ok', choice: { anyOf: [true] }, text: 'ok = true' },
  { query: '', field: 'two words', choice: { anyOf: [1] }, text: 'metadata."two words" = 1' },
])('$choice of $field on "$query" is $text', ({ query, field, choice, text }) => {
  const written = withChoice(query, field, { ...noChoice, ...choice });
  expect(written).toBe(text);
  expect(readChoice(written, field)).toMatchObject(
    choice.anyOf?.[0] === true ? { anyOf: ['true'] } : { ...noChoice, ...choice },
  );
  expect(withChoice(written, field, noChoice)).toBe(withoutChoice(query, field));
});

test('only conditions that a facet could have written are its own', () => {
  const query = 'iso > 1 AND (iso = 5 OR a = 1) AND NOT iso = 3 AND iso + 1 > 2 AND iso < width';
  expect(withoutChoice(query, 'iso')).toBe('(iso = 5 OR a = 1) AND NOT iso = 3 AND iso + 1 > 2 AND iso < width');
});

test('a value is taken in, left out and given back', () => {
  const any = toggleValue({ ...noChoice, missing: 'only' }, 'a', 'anyOf');
  expect(any).toEqual({ anyOf: ['a'], leftOut: [], missing: undefined });
  const out = toggleValue(any, 'a', 'leftOut');
  expect(out).toMatchObject({ anyOf: [], leftOut: ['a'] });
  expect(toggleValue(out, 'a', 'leftOut')).toMatchObject(noChoice);
});

test('the last condition is taken away', () => {
  expect(withoutLastTerm('a = 1 AND (b = 1 OR c = 1) AND d = 1')).toBe('a = 1 AND (b = 1 OR c = 1)');
  expect(withoutLastTerm('a = 1 OR b = 1')).toBe('');
});
