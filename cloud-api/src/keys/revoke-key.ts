import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { markKeyRevoked } from './queries.ts';

/**
 * Ends a key at once, and with it the dashboard sessions that it opened.
 * @throws AppError `not-found` when the tenant has no such living key.
 */
export async function revokeKey(db: Kysely<Tables>, acting: Acting, keyId: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    if ((await markKeyRevoked(tx, acting.tenantId, keyId, acting.nowMs)) === 0) {
      throw new AppError('not-found', `There is no living key ${keyId}.`);
    }
    await writeAudit(tx, acting, { action: 'key.revoke', targetId: keyId });
  });
}
