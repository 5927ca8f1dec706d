import type { Kysely } from 'kysely';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { secretHash } from '../keys/rules.ts';
import { deleteSession } from './queries.ts';

/** Ends the session of a cookie's value; one that is not there is no error. */
export async function closeSession(db: Kysely<Tables>, secret: string, nowMs: number): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const tenantId = await deleteSession(tx, secretHash(secret));
    if (tenantId === undefined) return;
    await writeAudit(tx, { tenantId, actor: 'session', nowMs }, { action: 'session.close', targetId: null });
  });
}
