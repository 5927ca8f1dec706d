import type { BatchView } from '@nucleus/shared/wire/projects';
import type { Database } from '../database/open-database.ts';
import { countBatchAttachments, countBatchTasks } from './count-queries.ts';

export type BatchCounts = Pick<BatchView, 'tasks' | 'attachments_moving' | 'attachments_failed'>;

/** Counts of some batches, by name. */
export async function countBatches(
  db: Database,
  tenantId: string,
  batches: readonly string[],
): Promise<(batch: string) => BatchCounts> {
  if (batches.length === 0) return () => noCounts();
  const counts = new Map(batches.map((batch) => [batch, noCounts()]));
  for (const { batch, state, amount } of await countBatchTasks(db, tenantId, batches)) {
    const tasks = counts.get(batch ?? '')?.tasks;
    if (tasks !== undefined) tasks[state as keyof typeof tasks] = Number(amount);
  }
  for (const { batch, state, amount } of await countBatchAttachments(db, tenantId, batches)) {
    const found = counts.get(batch ?? '');
    if (found === undefined) continue;
    if (state === 'error') found.attachments_failed += Number(amount);
    else found.attachments_moving += Number(amount);
  }
  return (batch) => counts.get(batch) ?? noCounts();
}

function noCounts(): BatchCounts {
  const tasks = { pending: 0, completed: 0, canceled: 0, error: 0 };
  return { tasks, attachments_moving: 0, attachments_failed: 0 };
}
