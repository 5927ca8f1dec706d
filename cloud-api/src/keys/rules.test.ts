import { expect, test } from 'vitest';
import { scopesAllow, spellKey } from './rules.ts';

test('a key is its mode and 43 characters of base64url', () => {
  expect(spellKey(new Uint8Array(32).fill(255), 'live')).toMatch(/^live_[\w-]{43}$/);
  expect(spellKey(new Uint8Array(32), 'test')).toBe(`test_${'A'.repeat(43)}`);
  expect(() => spellKey(new Uint8Array(31), 'live')).toThrow(RangeError);
});

test.each([
  { has: ['admin'], needs: 'read', want: true },
  { has: ['admin'], needs: 'agent', want: false },
  { has: ['read'], needs: 'write', want: false },
  { has: ['write'], needs: 'read', want: false },
  { has: ['agent'], needs: 'agent', want: true },
] as const)('$has allows $needs: $want', ({ has, needs, want }) => {
  expect(scopesAllow(has, needs)).toBe(want);
});
