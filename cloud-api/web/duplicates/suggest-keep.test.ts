import { expect, test } from 'vitest';
import { type GroupTile, hashDistance, kindOf, suggestKeep } from './suggest-keep.ts';

const tile = (over: Partial<GroupTile>): GroupTile => ({
  id: 'di_x',
  ref: 'a.jpg',
  w: 400,
  h: 300,
  hash: '0000000000000000',
  fields: 5,
  ...over,
});

test.each([
  { tiles: [tile({}), tile({ w: 800, h: 600 })], keep: 1, reason: /most pixels, 800 × 600 against 400 × 300/ },
  { tiles: [tile({ sharpness: 3 }), tile({ sharpness: 9 })], keep: 1, reason: /sharpest, 9 against 3/ },
  { tiles: [tile({ fields: 9 }), tile({ fields: 5 })], keep: 0, reason: /most metadata, 9 fields against 5/ },
  { tiles: [tile({ byte_size: 1000 }), tile({ byte_size: 2000 })], keep: 1, reason: /largest file, 2 kB against 1 kB/ },
  { tiles: [tile({}), tile({})], keep: 0, reason: /came first/ },
  { tiles: [tile({}), tile({ w: 300, h: 400 })], keep: 0, reason: /came first/ },
  // an earlier rule decides against all later ones
  { tiles: [tile({ w: 500, fields: 1 }), tile({ fields: 99, byte_size: 1e9 })], keep: 0, reason: /pixels/ },
])('keeps number $keep because $reason', ({ tiles, keep, reason }) => {
  const suggestion = suggestKeep(tiles);
  expect(suggestion.keep).toBe(keep);
  expect(suggestion.reason).toMatch(reason);
});

test.each([
  { tiles: [tile({ content_hash: 'a' }), tile({ content_hash: 'a' })], kind: 'exact' },
  { tiles: [tile({ content_hash: 'a' }), tile({ content_hash: 'b' })], kind: 'near' },
  { tiles: [tile({}), tile({})], kind: 'near' },
  {
    tiles: ['10:00:00', '10:00:02', '10:00:05'].map((time) => tile({ capture_local: `2026-05-01T${time}` })),
    kind: 'burst',
  },
  { tiles: ['10:00:00', '10:00:04'].map((time) => tile({ capture_local: `2026-05-01T${time}` })), kind: 'near' },
  { tiles: [tile({ capture_local: '2026-05-01T10:00:00' }), tile({})], kind: 'near' },
])('is $kind', ({ tiles, kind }) => {
  expect(kindOf(tiles)).toBe(kind);
});

test('distances count differing bits and are taken from the kept one', () => {
  expect(hashDistance('0000000000000000', 'ffffffffffffffff')).toBe(64);
  expect(hashDistance('00000000000000f0', '000000000000000f')).toBe(8);
  const suggestion = suggestKeep([tile({ hash: '0000000000000003' }), tile({ w: 999, hash: '0000000000000001' })]);
  expect(suggestion.distances).toEqual([1, 0]);
  expect(suggestion.reason).toMatch(/^Up to 1 bit apart\./);
});
