import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import type { Tables } from '../database/tables.ts';
import { normaliseRange } from './address-ranges.ts';
import { createKey } from './create-key.ts';
import type { KeyWorld } from './key-worlds.ts';
import { listKeyWorlds } from './key-worlds.ts';
import { findKeyByHash } from './queries.ts';
import { findExcess, type KeyRights, secretHash } from './rules.ts';
import type { StoredKey } from './stored-key.ts';

/** A key that somebody asks for over HTTP. */
export interface WantedKey extends KeyRights {
  label: string;
  mode: KeyWorld['mode'];
}

/**
 * Makes a key for a caller who has every right that it gets.
 * @throws AppError `forbidden` for a right that the caller lacks; `invalid-request` for an end that is over or an address that is none;
 * `dataset-not-found`
 */
export async function mintKey(
  db: Kysely<Tables>,
  acting: Acting,
  own: KeyRights,
  wanted: WantedKey,
): Promise<{ key: StoredKey; mode: KeyWorld['mode']; secret: string }> {
  const addresses = wanted.addresses?.map(readRange) ?? null;
  if (wanted.expiresAt !== null && wanted.expiresAt <= acting.nowMs)
    throw new AppError('invalid-request', 'expires_at_ms: is over already.', { at: 'expires_at_ms' });
  const excess = findExcess({ ...wanted, addresses }, own);
  if (excess !== undefined) throw new AppError('forbidden', excess.sentence, { at: excess.at });
  const [world] = await listKeyWorlds(db, acting.tenantId);
  if (world?.mode === 'test' && wanted.mode === 'live')
    throw new AppError('forbidden', 'A test key can only make test keys.', { at: 'mode' });
  if (wanted.datasetIds !== null && wanted.scopes.includes('agent'))
    throw new AppError('invalid-request', 'A key of scope agent is bound to its agent, never to datasets.', {
      at: 'dataset_ids',
    });
  const { secret } = await createKey(db, acting, { ...wanted, scopes: [...wanted.scopes], addresses });
  const key = await findKeyByHash(db, secretHash(secret));
  if (key === undefined) throw new AppError('conflict', 'The key was made and is gone already.');
  return { key, mode: wanted.mode, secret };
}

function readRange(text: string): string {
  const range = normaliseRange(text);
  if (range !== undefined) return range;
  throw new AppError('invalid-request', 'addresses: holds one that is no address and no range such as 10.0.0.0/8.', {
    at: 'addresses',
  });
}
