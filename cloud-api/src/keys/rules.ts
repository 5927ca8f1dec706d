import { createHash } from 'node:crypto';
import type { KeyScope } from '@nucleus/shared/wire/endpoint';
import { isRangeWithin } from './address-ranges.ts';

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

/** What a key, or a session that a key opened, may do and from where and until when. */
export interface KeyRights {
  kind: 'standard' | 'limited';
  scopes: readonly KeyScope[];
  /** Milliseconds since 1970; null never. */
  expiresAt: number | null;
  datasetIds: readonly string[] | null;
  /** Ranges as {@link normaliseRange} spells them. */
  addresses: readonly string[] | null;
}

/** The first right of a wanted key that its maker does not have; undefined when there is none. */
export function findExcess(wanted: KeyRights, own: KeyRights): { at: string; sentence: string } | undefined {
  const scope = wanted.scopes.find((each) => !scopesAllow(own.scopes, each));
  if (scope !== undefined)
    return { at: 'scopes', sentence: `You do not have the scope ${scope} yourself, so you cannot give it.` };
  if (own.kind === 'limited' && wanted.kind !== 'limited')
    return { at: 'kind', sentence: 'A limited access key can only make limited access keys.' };
  if (own.expiresAt !== null && (wanted.expiresAt === null || wanted.expiresAt > own.expiresAt))
    return { at: 'expires_at_ms', sentence: 'The new key would outlive the one that you use: let it expire before.' };
  if (own.datasetIds !== null && !isAll(wanted.datasetIds, (id) => own.datasetIds?.includes(id) === true))
    return { at: 'dataset_ids', sentence: 'The new key would reach datasets that the one you use does not reach.' };
  if (own.addresses !== null && !isAll(wanted.addresses, (range) => isRangeWithin(own.addresses ?? [], range)))
    return { at: 'addresses', sentence: 'The new key would work from addresses from which the one you use does not.' };
  return undefined;
}

/** Whether a bound is there and every part of it holds. */
function isAll(bound: readonly string[] | null, holds: (part: string) => boolean): boolean {
  return bound?.every(holds) === true;
}
