import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import type { AuditTable } from '../database/tables.ts';

export interface AuditFilter {
  action: string | undefined;
  actor: string | undefined;
  targetId: string | undefined;
  /** The row that the page before ended with. */
  before: { at: number; id: string } | undefined;
  limit: number;
}

/** Newest first; walks the primary key backwards. */
export async function listAuditRows(db: Database, tenantId: string, filter: AuditFilter): Promise<AuditTable[]> {
  let query = db.selectFrom('audit').selectAll().where('tenant_id', '=', tenantId);
  if (filter.action !== undefined) query = query.where('action', '=', filter.action);
  if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor);
  if (filter.targetId !== undefined) query = query.where('target_id', '=', filter.targetId);
  if (filter.before !== undefined)
    query = query.where(sql<boolean>`(at, id) < (${filter.before.at}, ${filter.before.id})`);
  return query.orderBy('at', 'desc').orderBy('id', 'desc').limit(filter.limit).execute();
}
