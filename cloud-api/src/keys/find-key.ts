import type { Database } from '../database/open-database.ts';
import { isWithin } from './address-ranges.ts';
import { findKeyByHash, markKeyUsed } from './queries.ts';
import { secretHash } from './rules.ts';
import type { StoredKey } from './stored-key.ts';

const usedEveryMs = 60_000; // last use is kept to the minute, so that reading does not mean writing

/**
 * The living key that `secret` is, undefined when it is unknown, revoked, expired, of the other kind, or bound to other addresses.
 * @param address of whoever sends it
 */
export async function findKey(
  db: Database,
  secret: string,
  kind: StoredKey['kind'],
  nowMs: number,
  address: string | undefined,
): Promise<StoredKey | undefined> {
  const key = await findKeyByHash(db, secretHash(secret));
  if (key === undefined || key.kind !== kind || key.revokedAt !== null) return undefined;
  if (key.expiresAt !== null && key.expiresAt <= nowMs) return undefined;
  if (key.addresses !== null && !isWithin(key.addresses, address)) return undefined;
  if (key.lastUsedAt === null || nowMs - key.lastUsedAt >= usedEveryMs) {
    await markKeyUsed(db, key.tenantId, key.keyId, nowMs);
  }
  return key;
}
