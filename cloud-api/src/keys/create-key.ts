import { randomBytes } from 'node:crypto';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { KeyScope } from '@nucleus/shared/wire/endpoint';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { newId } from '../ids/new-id.ts';
import { ensureTestWorld } from '../tenants/test-world.ts';
import { normaliseRange } from './address-ranges.ts';
import { findKeyByHash, insertKey } from './queries.ts';
import { secretHash, shortestGivenKey, spellKey } from './rules.ts';

export interface NewKey {
  label: string;
  scopes: KeyScope[];
  kind?: 'standard' | 'limited';
  /** A `test` key opens the tenant's test world, which is a tenant of its own. */
  mode?: 'live' | 'test';
  /** Milliseconds since 1970; null never. */
  expiresAt?: number | null;
  /** The only datasets that it reaches, which exist; without them, all of the tenant. */
  datasetIds?: readonly string[] | null;
  /** The only addresses or ranges from which it works; without them, any. */
  addresses?: readonly string[] | null;
  /** Taken as given instead of a fresh one. */
  secret?: string;
}

/**
 * Adds a key and answers it. This is the only moment at which the secret exists outside its owner's hands.
 * @throws AppError `usage` for a range that is none, `dataset-not-found`
 */
export async function createKey(
  db: Kysely<Tables>,
  acting: Acting,
  input: NewKey,
): Promise<{ keyId: string; secret: string }> {
  const secret = input.secret ?? spellKey(randomBytes(32), input.mode ?? 'live');
  const keyId = newId('key');
  const addresses = input.addresses?.map(readRange) ?? null;
  if (input.datasetIds != null && input.scopes.includes('agent'))
    throw new AppError('usage', 'A key of scope agent is bound to its agent: it cannot be bound to datasets.');
  await db.transaction().execute(async (tx) => {
    const { tenantId } = input.mode === 'test' ? await ensureTestWorld(tx, acting.tenantId, acting.nowMs) : acting;
    for (const datasetId of input.datasetIds ?? []) await getDataset(tx, tenantId, datasetId);
    await insertKey(tx, {
      tenantId,
      keyId,
      hash: secretHash(secret),
      kind: input.kind ?? 'standard',
      label: input.label,
      scopes: input.scopes,
      createdAt: acting.nowMs,
      expiresAt: input.expiresAt ?? null,
      datasetIds: input.datasetIds == null ? null : [...input.datasetIds],
      addresses,
    });
    await writeAudit(tx, { ...acting, tenantId }, { action: 'key.create', targetId: keyId });
  });
  return { keyId, secret };
}

function readRange(text: string): string {
  const range = normaliseRange(text);
  if (range === undefined) throw new AppError('usage', `${text} is no address and no range such as 10.0.0.0/8.`);
  return range;
}

/**
 * Makes a key from the environment work, as admin of the tenant. Adding it again changes nothing; no other key is touched.
 * @throws AppError `config-invalid` when it is shorter than 20 characters or was revoked.
 */
export async function adoptGivenKey(db: Kysely<Tables>, acting: Acting, secret: string): Promise<void> {
  if (secret.length < shortestGivenKey) {
    throw new AppError('config-invalid', `NUCLEUS_CLOUD_KEY must have at least ${shortestGivenKey} characters.`);
  }
  const known = await findKeyByHash(db, secretHash(secret));
  if (known?.revokedAt != null) {
    throw new AppError('config-invalid', 'NUCLEUS_CLOUD_KEY was revoked: set another key or unset it.');
  }
  if (known !== undefined) return;
  try {
    await createKey(db, acting, { label: 'from the environment', scopes: ['admin'], secret });
  } catch (error) {
    // another process that starts over the same database at the same time was first
    if ((await findKeyByHash(db, secretHash(secret))) === undefined) throw error;
  }
}
