import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { markApproved } from './queries.ts';
import { agentNotFound } from './rules.ts';

/**
 * Lets an agent's address into the tenant's pages.
 * @throws AppError `agent-not-found`
 */
export async function approveAgent(db: Kysely<Tables>, acting: Acting, agentId: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    if ((await markApproved(tx, acting.tenantId, agentId)) === 0) throw agentNotFound();
    await writeAudit(tx, acting, { action: 'agent.approve', targetId: agentId });
  });
}
