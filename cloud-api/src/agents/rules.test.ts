import { expect, test } from 'vitest';
import { agentState, isOverLevel, rekeyAddress } from './rules.ts';

const record = (metadata: object, over: object = {}) =>
  ({
    reference_id: 'a',
    image_url: 'http://a.test/assets/main/a',
    width: 1,
    height: 1,
    metadata,
    ...over,
  }) as Parameters<typeof isOverLevel>[0];

test.each([
  { item: record({ source: 'main' }), level: 'minimal', want: false },
  { item: record({ name: 'a.jpg' }), level: 'minimal', want: true },
  { item: record({}, { phash: '0'.repeat(64) }), level: 'minimal', want: true },
  { item: record({ name: 'a.jpg' }), level: 'standard', want: false },
  { item: record({ x_key: 1 }), level: 'standard', want: true },
  { item: record({ x_key: 1, lat: 1 }), level: 'rich', want: false },
  { item: record({ constructor: 1 }), level: 'standard', want: true },
] as const)('$item.metadata over $level: $want', ({ item, level, want }) => {
  expect(isOverLevel(item, level, new Set())).toBe(want);
});

test('a field that is switched off is over any level', () => {
  expect(isOverLevel(record({ iso: 100 }), 'rich', new Set(['iso']))).toBe(true);
});

test('a new reference id replaces all of the old one in an address', () => {
  expect(rekeyAddress('https://a.test/assets/main/dir%2Fx.jpg', 'main', 'p_1')).toBe('https://a.test/assets/main/p_1');
  expect(rekeyAddress('https://a.test/elsewhere/x', 'main', 'p_1')).toBe('https://a.test/assets/main/p_1');
});

test('an agent is offline after three missed heartbeats', () => {
  expect(agentState(true, 0, 90_000)).toBe('live');
  expect(agentState(true, 0, 90_001)).toBe('offline');
  expect(agentState(true, null, 0)).toBe('offline');
  expect(agentState(false, 0, 0)).toBe('waiting-for-approval');
});
