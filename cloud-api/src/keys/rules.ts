import { createHash } from 'node:crypto';
import type { KeyScope } from '@nucleus/shared/wire/endpoint';

/** Shortest key that is taken from the environment. */
export const shortestGivenKey = 20;

/** Spells a key from 32 random bytes: `live_` or `test_` and 43 characters of base64url. */
export function spellKey(random: Uint8Array, mode: 'live' | 'test'): string {
  if (random.length !== 32) throw new RangeError('a key is made from 32 random bytes');
  return `${mode}_${Buffer.from(random).toString('base64url')}`;
}

/**
 * What is stored instead of a key, a code or a session: hex SHA-256. Plain hashing is enough, because each of them is
 * random and too long to guess.
 */
export function secretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Whether scopes allow what an endpoint needs. `admin` implies all but `agent`, which speaks for one agent only. */
export function scopesAllow(scopes: readonly KeyScope[], needed: KeyScope): boolean {
  return scopes.includes(needed) || (needed !== 'agent' && scopes.includes('admin'));
}
