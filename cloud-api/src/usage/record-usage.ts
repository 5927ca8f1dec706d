import type { UsageRow } from '@nucleus/shared/wire/usage';
import type { Acting } from '../audit/acting.ts';
import type { Database } from '../database/open-database.ts';
import { addRow, takeNumber } from './queries.ts';
import { usageHash } from './rules.ts';

/** What was done, to be billed. */
export type Billable = Pick<UsageRow, 'task_id' | 'type' | 'project' | 'batch' | 'attachments'>;

/** Adds one row to the tenant's ledger, in the transaction that completes the task. The database refuses a second one of a task. */
export async function recordUsage(tx: Database, acting: Acting, done: Billable): Promise<void> {
  const { n, prev } = await takeNumber(tx, acting.tenantId);
  const row = { n, at: new Date(acting.nowMs).toISOString(), ...done, actor: acting.actor, units: 1, prev };
  await addRow(tx, {
    ...row,
    tenant_id: acting.tenantId,
    at: acting.nowMs,
    attachments: JSON.stringify(done.attachments),
    hash: usageHash(row),
  });
}
