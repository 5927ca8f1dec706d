import { inChunks } from '../database/in-chunks.ts';
import type { CsvRowsTable } from '../database/intake-tables.ts';
import type { Database } from '../database/open-database.ts';

export async function insertCsvRows(db: Database, rows: readonly CsvRowsTable[]): Promise<void> {
  for (const chunk of inChunks(rows, 9)) await db.insertInto('csv_rows').values(chunk).execute();
}

export async function deleteCsvRows(db: Database, tenantId: string, uploadId: string, run: string): Promise<void> {
  await db
    .deleteFrom('csv_rows')
    .where('tenant_id', '=', tenantId)
    .where('upload_id', '=', uploadId)
    .where('run', '=', run)
    .execute();
}

/** Rows after `afterRow`, in order. */
export function pageCsvRows(
  db: Database,
  tenantId: string,
  uploadId: string,
  run: string,
  afterRow: number,
  limit: number,
): Promise<CsvRowsTable[]> {
  return db
    .selectFrom('csv_rows')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('upload_id', '=', uploadId)
    .where('run', '=', run)
    .where('row_no', '>', afterRow)
    .orderBy('row_no')
    .limit(limit)
    .execute();
}
