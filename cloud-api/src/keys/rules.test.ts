import { expect, test } from 'vitest';
import { findExcess, type KeyRights, scopesAllow, spellKey } from './rules.ts';

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

const own: KeyRights = { kind: 'standard', scopes: ['admin'], expiresAt: null, datasetIds: null, addresses: null };
const bound: KeyRights = { ...own, expiresAt: 1_000, datasetIds: ['ds_a', 'ds_b'], addresses: ['10.0.0.0/8'] };
const fitting: KeyRights = { ...bound, expiresAt: 900, datasetIds: ['ds_a'], addresses: ['10.1.0.0/16'] };

test.each<{ name: string; own: KeyRights; wanted: Partial<KeyRights>; excess: string | undefined }>([
  { name: 'everything an admin has', own, wanted: { scopes: ['admin', 'write', 'export'] }, excess: undefined },
  { name: 'a scope that admin does not imply', own, wanted: { scopes: ['read', 'agent'] }, excess: 'scopes' },
  {
    name: 'agent, from one that has it',
    own: { ...own, scopes: ['admin', 'agent'] },
    wanted: { scopes: ['agent'] },
    excess: undefined,
  },
  {
    name: 'a wider scope',
    own: { ...own, scopes: ['read', 'write'] },
    wanted: { scopes: ['admin'] },
    excess: 'scopes',
  },
  { name: 'the same bounds', own: bound, wanted: {}, excess: undefined },
  { name: 'no end', own: bound, wanted: { expiresAt: null }, excess: 'expires_at_ms' },
  { name: 'a later end', own: bound, wanted: { expiresAt: 1_001 }, excess: 'expires_at_ms' },
  { name: 'all datasets', own: bound, wanted: { datasetIds: null }, excess: 'dataset_ids' },
  { name: 'another dataset', own: bound, wanted: { datasetIds: ['ds_a', 'ds_c'] }, excess: 'dataset_ids' },
  { name: 'any address', own: bound, wanted: { addresses: null }, excess: 'addresses' },
  { name: 'a wider range', own: bound, wanted: { addresses: ['10.0.0.0/7'] }, excess: 'addresses' },
  { name: 'a range beside', own: bound, wanted: { addresses: ['10.1.0.0/16', '11.0.0.1/32'] }, excess: 'addresses' },
  {
    name: 'a standard key, from a limited one',
    own: { ...own, kind: 'limited' },
    wanted: { kind: 'standard' },
    excess: 'kind',
  },
  {
    name: 'a limited key, from a limited one',
    own: { ...own, kind: 'limited' },
    wanted: { kind: 'limited' },
    excess: undefined,
  },
])('a key with $name exceeds in $excess', ({ own: maker, wanted, excess }) => {
  expect(findExcess({ ...fitting, ...wanted }, maker)?.at).toBe(excess);
});
