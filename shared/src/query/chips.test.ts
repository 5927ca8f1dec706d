import { expect, test } from 'vitest';
import { joinQueries, readChips, writeChips } from './chips.ts';
import { parseQuery } from './parse-query.ts';
import { writeQuery } from './write-query.ts';

test.each([
  'iso > 400',
  'iso > 400 AND camera_make IN (canon, "two words") AND lens IS MISSING',
  'name CONTAINS "a AND b" AND format != "and"',
  'metadata."two words" = -3',
  'x NOT IN (1, 2) AND name NOT CONTAINS z',
])('%s goes to chips and back', (text) => {
  const chips = readChips(text);
  if (chips === undefined) throw new Error('has no chips');
  expect(writeChips(chips)).toBe(writeQuery(parseQuery(text)));
  expect(readChips(writeChips(chips))).toEqual(chips);
});

test('a chip names field, operator and value as people read them', () => {
  expect(readChips('metadata.camera_make IN ("dji p1", sony) AND iso <= 400 AND lens is not missing')).toEqual([
    { text: 'metadata.camera_make IN ("dji p1", sony)', field: 'camera_make', operator: 'in', value: 'dji p1, sony' },
    { text: 'iso <= 400', field: 'iso', operator: '<=', value: '400' },
    { text: 'lens IS NOT MISSING', field: 'lens', operator: 'is not missing', value: '' },
  ]);
});

test.each(['a = 1 OR b = 2', 'NOT a = 1', 'a + 1 > 2', '(a = 1 OR b = 2) AND c = 3', 'a >', 'width = height'])(
  '%s stays text',
  (text) => {
    expect(readChips(text)).toBeUndefined();
  },
);

test('an empty text has no chips', () => {
  expect(readChips('  ')).toEqual([]);
  expect(writeChips([])).toBe('');
});

test.each([
  ['', 'iso > 1', 'iso > 1'],
  ['a = 1', 'iso > 1', 'a = 1 AND iso > 1'],
  ['a = 1', 'b = 1 OR c = 1', 'a = 1 AND (b = 1 OR c = 1)'],
  ['a = 1 OR b = 1', 'c = 1', '(a = 1 OR b = 1) AND c = 1'],
  ['a = 1', 'is', 'a = 1 AND is'],
])('%j with %j is %j', (before, more, text) => {
  const joined = joinQueries(before, more);
  expect(joined.text).toBe(text);
  expect(joined.text.slice(joined.offset, joined.offset + more.length)).toBe(more);
});
