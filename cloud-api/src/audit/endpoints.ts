import { AppError } from '@nucleus/shared/failure/app-error';
import { auditEndpoints } from '@nucleus/shared/wire/audit';
import type { Database } from '../database/open-database.ts';
import { type Mount, mountEndpoint } from '../http/mount-endpoint.ts';
import { listAuditRows } from './queries.ts';

/** Mounts the tenant's log, which is only read. */
export function mountAudit(mount: Mount, db: Database): void {
  mountEndpoint(mount, auditEndpoints.listAudit, async ({ tenantId }, { query }) => {
    const rows = await listAuditRows(db, tenantId, {
      action: query.action,
      actor: query.actor,
      targetId: query.target_id,
      before: query.before === undefined ? undefined : readPlace(query.before),
      limit: query.limit + 1,
    });
    const last = rows.length > query.limit ? rows[query.limit - 1] : undefined;
    return {
      entries: rows.slice(0, query.limit).map((row) => ({
        id: row.id,
        at: new Date(row.at).toISOString(),
        actor: row.actor,
        action: row.action,
        target_id: row.target_id,
        result: row.result,
        amount: row.amount,
      })),
      next: last === undefined ? null : Buffer.from(`${last.at}:${last.id}`).toString('base64url'),
    };
  });
}

/** @throws AppError `invalid-request` for a place that is none of ours */
function readPlace(text: string): { at: number; id: string } {
  const match = /^(\d{1,15}):([0-9a-f]{1,32})$/.exec(Buffer.from(text, 'base64url').toString('latin1'));
  if (match?.[1] === undefined || match[2] === undefined)
    throw new AppError('invalid-request', 'before: is not one that this server made.', { at: 'before' });
  return { at: Number(match[1]), id: match[2] };
}
