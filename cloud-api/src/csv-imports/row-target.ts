/** What the rows of a CSV become: items of a dataset, or tasks of a project. */
import type { CsvRun, CsvSummary } from '@nucleus/shared/wire/resumable';
import type { Acting } from '../audit/acting.ts';
import type { CsvRowsTable, ResumableUploadsTable } from '../database/intake-tables.ts';
import type { Database } from '../database/open-database.ts';
import type { CsvRow } from './read-rows.ts';
import type { Column, RowKind, RowProblem } from './rules.ts';

export interface RowTarget {
  kind: RowKind;
  /** Kinds of metadata fields that are fixed already, `number` or `text`. */
  locked: ReadonlyMap<string, string>;
  /** What is wrong with a row, or what it is known by if it is there already; without a key it is always new. */
  judge: (columns: readonly Column[], cells: readonly string[]) => { key: string | undefined } | RowProblem;
  /** Those of `keys` that are there. */
  findKnown: (keys: readonly string[]) => Promise<{ size: number }>;
  /** Brings in what a chunk needs before any transaction, and answers what writes it in one. */
  prepare: (
    columns: readonly Column[],
    chunk: readonly CsvRow[],
    signal: AbortSignal,
  ) => Promise<(tx: Database, acting: Acting) => Promise<CsvRowsTable[]>>;
}

/** Rows of the report of one run. */
export function reportRows(upload: Pick<ResumableUploadsTable, 'tenant_id' | 'id'>, run: CsvRun) {
  const head = (rowNo: number) => ({ tenant_id: upload.tenant_id, upload_id: upload.id, run, row_no: rowNo });
  return {
    failed: (
      rowNo: number,
      { code, error }: RowProblem,
      referenceId: string | null = null,
      itemId: string | null = null,
    ): CsvRowsTable => ({
      ...head(rowNo),
      state: 'failed',
      reference_id: referenceId,
      item_id: itemId,
      code,
      error,
    }),
    done: (
      rowNo: number,
      state: 'added' | 'already-there',
      referenceId: string | null,
      itemId: string,
    ): CsvRowsTable => ({
      ...head(rowNo),
      state,
      reference_id: referenceId,
      item_id: itemId,
      code: null,
      error: null,
    }),
  };
}

export const mostShown = 20;

/** As many problems as a message may hold. */
export function firstOf(rows: readonly CsvRowsTable[]): CsvSummary['problems'] {
  return rows
    .filter(({ state }) => state === 'failed')
    .slice(0, mostShown)
    .map(({ row_no, code, error }) => ({ row: row_no, code: code ?? '', error: error ?? '' }));
}
