import { AppError } from '@nucleus/shared/failure/app-error';
import type { UsageRow, UsageSpan } from '@nucleus/shared/wire/usage';
import type { Database } from '../database/open-database.ts';
import type { UsageRowsTable } from '../database/task-tables.ts';
import type { Download } from '../http/mount-endpoint.ts';
import { readDate } from '../jobs/rules.ts';
import { listRows, sumUnits, type UsageFilter } from './queries.ts';
import { spellUsage } from './spell-usage.ts';

const rowsPerPiece = 1_000;

/**
 * A page of the ledger, oldest first, and the units of the whole span.
 * @throws AppError `invalid-request` for a date that is none
 */
export async function listUsage(
  db: Database,
  tenantId: string,
  span: UsageSpan,
  page: { after: number; limit: number },
): Promise<{ total_units: number; rows: UsageRow[]; next_after: number | null }> {
  const filter = filterOf(span);
  const found = await listRows(db, tenantId, filter, { ...page, limit: page.limit + 1 });
  const rows = found.slice(0, page.limit).map(toUsageRow);
  return {
    total_units: await sumUnits(db, tenantId, filter),
    rows,
    next_after: found.length > page.limit ? (rows.at(-1)?.n ?? null) : null,
  };
}

/** Units billed since `fromMs`. */
export function countUnits(db: Database, tenantId: string, fromMs: number): Promise<number> {
  return sumUnits(db, tenantId, { fromMs, toMs: undefined });
}

/** The span as a CSV file that is written while it is read. @throws AppError `invalid-request` for a date that is none */
export function downloadUsage(db: Database, tenantId: string, span: UsageSpan): Download {
  const pages = pagesOf(db, tenantId, filterOf(span));
  return { mediaType: 'text/csv; charset=utf-8', fileName: 'usage.csv', pieces: spellUsage(pages) };
}

async function* pagesOf(db: Database, tenantId: string, filter: UsageFilter): AsyncGenerator<UsageRow[]> {
  for (let after: number | undefined = 0; after !== undefined; ) {
    const rows: UsageRow[] = (await listRows(db, tenantId, filter, { after, limit: rowsPerPiece })).map(toUsageRow);
    yield rows;
    after = rows.length < rowsPerPiece ? undefined : rows.at(-1)?.n;
  }
}

function filterOf({ from, to }: UsageSpan): UsageFilter {
  const filter = {
    fromMs: from === undefined ? undefined : readDate('from', from),
    toMs: to === undefined ? undefined : readDate('to', to),
  };
  if (filter.fromMs !== undefined && filter.toMs !== undefined && filter.toMs < filter.fromMs) {
    throw new AppError('invalid-request', 'to: must not be before from.', { at: 'to' });
  }
  return filter;
}

function toUsageRow({ tenant_id: _tenant, ...row }: UsageRowsTable): UsageRow {
  return {
    ...row,
    at: new Date(row.at).toISOString(),
    attachments: JSON.parse(row.attachments) as UsageRow['attachments'],
  };
}
