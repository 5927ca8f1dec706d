import { AppError } from '@nucleus/shared/failure/app-error';
import type { Database } from '../database/open-database.ts';
import { bindKey } from './queries.ts';

/**
 * Ties a key of scope `agent` to the first agent that it registers.
 * @throws AppError `forbidden` when it speaks for another agent already.
 */
export async function bindAgent(tx: Database, tenantId: string, keyId: string, agentId: string): Promise<void> {
  if ((await bindKey(tx, tenantId, keyId, agentId)) !== agentId) {
    throw new AppError('forbidden', 'This key belongs to another agent: make a key for each agent.');
  }
}
