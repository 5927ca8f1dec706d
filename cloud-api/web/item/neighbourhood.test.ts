import { parseQuery } from '@nucleus/shared/query/parse-query';
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import { expect, test } from 'vitest';
import { awayWords, neighbourhoodOf } from './neighbourhood.ts';

const anItem = (reference_id: string, metadata: DatasetItem['metadata'] = {}): DatasetItem => ({
  id: 'di_00000000000000000000',
  reference_id,
  metadata,
});

test('in time an item stands by its local time, or else by UTC', () => {
  const [local, utc] = ['2026-03-01T12:00:00', '2026-03-01T10:00:00Z'];
  expect(neighbourhoodOf('time', anItem('a.jpg', { capture_local: local, capture_time: utc }))).toEqual({
    field: 'capture_local',
    before: `capture_local < "${local}"`,
    after: `capture_local >= "${local}"`,
  });
  expect(neighbourhoodOf('time', anItem('a.jpg', { capture_time: utc }))?.field).toBe('capture_time');
  expect(neighbourhoodOf('time', anItem('a.jpg'))).toBeUndefined();
});

test.each([
  [
    'na/b 07/x.jpg',
    'reference_id >= "na/b 07/" AND reference_id < "na/b 07/x.jpg"',
    'reference_id > "na/b 07/x.jpg" AND reference_id < "na/b 070"',
  ],
  ['top.jpg', 'reference_id < "top.jpg"', 'reference_id > "top.jpg"'],
  [
    'a"b\\c/d.jpg',
    'reference_id >= "a\\"b\\\\c/" AND reference_id < "a\\"b\\\\c/d.jpg"',
    'reference_id > "a\\"b\\\\c/d.jpg" AND reference_id < "a\\"b\\\\c0"',
  ],
])('in its folder %s stands by its name', (name, before, after) => {
  const found = neighbourhoodOf('folder', anItem(name));
  expect(found).toEqual({ field: 'reference_id', before, after });
  for (const query of [before, after]) expect(() => parseQuery(query)).not.toThrow();
});

test('a pseudonym stands in no folder', () => {
  expect(neighbourhoodOf('folder', anItem(`p_${'0'.repeat(32)}`))).toBeUndefined();
});

test.each([
  ['2026-03-01T12:00:00', 'same time'],
  ['2026-03-01T12:00:09', '9 s after'],
  ['2026-03-01T11:40:00', '20 min before'],
  ['2026-03-01T17:00:00', '5 h after'],
  ['2026-02-01T12:00:00', '28 days before'],
  ['2029-03-01T12:00:00', '3 years after'],
  ['no time', ''],
])('%s is %s', (time, words) => {
  expect(awayWords('2026-03-01T12:00:00', time)).toBe(words);
});
