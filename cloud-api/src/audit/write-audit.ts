import { randomBytes } from 'node:crypto';
import type { Database } from '../database/open-database.ts';
import type { Acting } from './acting.ts';

export type AuditAction =
  | 'tenant.create'
  | 'key.create'
  | 'key.revoke'
  | 'session.open'
  | 'session.close'
  | 'dataset.create'
  | 'dataset.delete'
  | 'dataset.tags'
  | 'dataset.accept-masks'
  | 'dataset.refuse-masks'
  | 'job.cancel'
  | 'items.metadata'
  | 'items.append'
  | 'items.delete'
  | 'items.restore'
  | 'item.refetch'
  | 'slice.create'
  | 'slice.append'
  | 'slice.tag'
  | 'slice.remove'
  | 'slice.rename'
  | 'slice.delete'
  | 'embeddings.index'
  | 'embeddings.delete'
  | 'embeddings.primary'
  | 'scenes.add'
  | 'scenes.update'
  | 'scenes.metadata'
  | 'scenes.delete'
  | 'tracks.write'
  | 'tracks.delete'
  | 'autotag.create'
  | 'autotag.refine'
  | 'autotag.update'
  | 'autotag.train'
  | 'autotag.delete'
  | 'export.start'
  | 'tag.create'
  | 'tag.add'
  | 'tag.remove'
  | 'tag.undo'
  | 'taxonomy.write'
  | 'taxonomy.delete'
  | 'annotations.write'
  | 'annotations.delete'
  | 'predictions.write'
  | 'model.create'
  | 'model.change'
  | 'model.delete'
  | 'model-run.create'
  | 'model-run.delete'
  | 'project.create'
  | 'project.params'
  | 'batch.create'
  | 'batch.finalize'
  | 'batch.metadata'
  | 'file.create'
  | 'task.create'
  | 'task.change'
  | 'task.refetch'
  | 'task.complete'
  | 'task.cancel'
  | 'agent.register'
  | 'agent.approve'
  | 'agent.changes'
  | 'integration.create'
  | 'integration.delete'
  | 'upload.create'
  | 'upload.end'
  | 'csv.run';

/** What happened to which id. Ids only: a name or a path here would outlive its deletion. */
export interface AuditEntry {
  action: AuditAction;
  targetId: string | null;
  /** How many things were touched; 1 unless said. */
  amount?: number;
}

/** Adds a row to the tenant's log, in the caller's transaction: the act and its record are one fact. */
export function writeAudit(tx: Database, acting: Acting, entry: AuditEntry): Promise<void> {
  return writeAudits(tx, [{ acting, entry }]);
}

/** The same for several acts that are written together. */
export async function writeAudits(tx: Database, acts: readonly { acting: Acting; entry: AuditEntry }[]): Promise<void> {
  if (acts.length === 0) return;
  const rows = acts.map(({ acting, entry }) => ({
    tenant_id: acting.tenantId,
    at: acting.nowMs,
    id: randomBytes(8).toString('hex'),
    actor: acting.actor,
    action: entry.action,
    target_id: entry.targetId,
    result: 'ok',
    amount: entry.amount ?? 1,
  }));
  await tx.insertInto('audit').values(rows).execute();
}
