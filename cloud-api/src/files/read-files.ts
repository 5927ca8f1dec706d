import type { ScaleFile } from '@nucleus/shared/wire/files';
import type { Database } from '../database/open-database.ts';
import { deleteUnused, listFileRows } from './queries.ts';
import { readCursor, spellCursor, toFile, unusedForMs } from './rules.ts';

/** A page of files, newest first. @throws AppError `invalid-request` for a cursor that is not ours */
export async function listFiles(
  db: Database,
  tenantId: string,
  { project, limit, cursor }: { project?: string | undefined; limit: number; cursor?: string | undefined },
): Promise<{ docs: ScaleFile[]; has_more: boolean; cursor: string | null }> {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const rows = await listFileRows(db, tenantId, { project, limit: limit + 1, after });
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    docs: shown.map(toFile),
    has_more: last !== undefined,
    cursor: last === undefined ? null : spellCursor(last),
  };
}

/** Removes the files of all tenants that no task and no item has used within 7 days. */
export async function sweepFiles(db: Database, nowMs: number): Promise<void> {
  await deleteUnused(db, nowMs - unusedForMs);
}
