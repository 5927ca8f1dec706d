import type { Database } from '../database/open-database.ts';
import { listWriteRows } from './queries.ts';

/** Who made some writes of a dataset, and when, by their numbers. Writes from before this was kept are not there. */
export async function listWrites(
  db: Database,
  tenantId: string,
  datasetId: string,
  changeNos: readonly number[],
): Promise<Map<number, { atMs: number; actor: string }>> {
  if (changeNos.length === 0) return new Map();
  const rows = await listWriteRows(db, tenantId, datasetId, [...new Set(changeNos)]);
  return new Map(rows.map((row) => [row.change_no, { atMs: row.at, actor: row.actor }]));
}
