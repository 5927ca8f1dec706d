import type { HeartbeatRequest } from '@nucleus/shared/wire/agents';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import type { Tables } from '../database/tables.ts';
import { findAgent, markHeartbeat, saveHealth } from './queries.ts';
import { agentNotFound } from './rules.ts';

/**
 * Keeps what an agent says about its sources and answers whether it is approved.
 * @throws AppError `agent-not-found`
 */
export async function takeHeartbeat(db: Kysely<Tables>, acting: Acting, request: HeartbeatRequest): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    await markHeartbeat(tx, acting.tenantId, request.agent_id, acting.nowMs);
    for (const health of request.sources) await saveHealth(tx, acting.tenantId, request.agent_id, health);
    const agent = await findAgent(tx, acting.tenantId, request.agent_id);
    if (agent === undefined) throw agentNotFound();
    return agent.approved;
  });
}
