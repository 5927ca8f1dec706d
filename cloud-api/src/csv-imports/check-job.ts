/** Reads a whole CSV and says what importing it would do. Nothing is fetched and no item is written, so a kill costs only time. */
import { join } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import { type CsvSummary, mostNamedProblems } from '@nucleus/shared/wire/resumable';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { CsvRowsTable } from '../database/intake-tables.ts';
import type { Tables } from '../database/tables.ts';
import { findItemIds } from '../items/find-item-id.ts';
import { readFieldTypes } from '../items/lock-field-types.ts';
import type { JobHandler } from '../job-queue/job.ts';
import { getCsvUpload, keepCsvShape } from '../resumable-uploads/find-upload.ts';
import { deleteCsvRows, insertCsvRows } from './queries.ts';
import { type CsvRow, findDelimiter, readRows } from './read-rows.ts';
import { type CsvShape, narrowTypes, type RowProblem, readHeader, readRow } from './rules.ts';

export const csvCheckKind = 'csvCheck';
export const CsvJobInput = z.object({ uploadId: z.string() });

export interface CsvParts {
  db: Kysely<Tables>;
  /** Folder of uploaded bytes. */
  folder: string;
  /** `host:port` in private networks that may be named. */
  hosts: ReadonlySet<string>;
}

export const mostShown = 20;
/** Rows are looked up in the dataset so many at a time. */
const lookupRows = 1_000;
/** Beyond it, the same reference id twice is found by the import alone: what is remembered must not grow with the file. */
const mostRemembered = 1_000_000;

export function csvCheckJob({ db, folder, hosts }: CsvParts): JobHandler {
  return async ({ job, signal, step }) => {
    const { uploadId } = CsvJobInput.parse(job.input);
    const upload = await getCsvUpload(db, job.tenantId, uploadId);
    const path = join(folder, uploadId);
    const delimiter = await findDelimiter(path);
    const locked = await readFieldTypes(db, job.tenantId, upload.dataset_id);
    const found = { rows: 0, created: 0, already_there: 0, failed: 0 };
    const problems: CsvRowsTable[] = [];
    const seen = new Set<string>();
    let shape: CsvShape | undefined;
    let waiting: string[] = [];

    const note = (rowNo: number, { code, error }: RowProblem): void => {
      found.failed += 1;
      if (problems.length < mostNamedProblems)
        problems.push({
          tenant_id: job.tenantId,
          upload_id: uploadId,
          run: 'check',
          row_no: rowNo,
          state: 'failed',
          reference_id: null,
          item_id: null,
          code,
          error,
        });
    };
    const lookUp = async (): Promise<void> => {
      signal.throwIfAborted();
      const known = await findItemIds(db, job.tenantId, upload.dataset_id, waiting);
      found.already_there += known.size;
      found.created += waiting.length - known.size;
      waiting = [];
    };
    const take = (columns: CsvShape['columns'], { cells, rowNo }: CsvRow): void => {
      found.rows += 1;
      // The kinds of columns are known at the end alone; a row is good or bad whatever they are.
      if (cells.length === columns.length) narrowTypes(columns, cells, locked);
      const read = readRow(columns, cells, hosts);
      if ('code' in read) {
        note(rowNo, read);
        return;
      }
      const id = read.item.reference_id;
      if (seen.has(id)) {
        found.already_there += 1;
        return;
      }
      if (seen.size < mostRemembered) seen.add(id);
      waiting.push(id);
    };

    for await (const row of readRows(path, delimiter, { offset: 0, rowNo: 1 })) {
      if (shape === undefined)
        shape = { delimiter, columns: readHeader(row.cells, locked), offset: row.nextOffset, rows: 0 };
      else take(shape.columns, row);
      if (waiting.length >= lookupRows) await lookUp();
    }
    if (shape === undefined) throw new AppError('invalid-request', 'The CSV is empty.');
    await lookUp();
    const checked: CsvShape = { ...shape, rows: found.rows };
    await step(async (tx) => {
      await deleteCsvRows(tx, job.tenantId, uploadId, 'check');
      await insertCsvRows(tx, problems);
      await keepCsvShape(tx, job.tenantId, uploadId, checked);
      const message: CsvSummary = {
        dataset_id: upload.dataset_id,
        run: 'check',
        ...found,
        problems: firstOf(problems),
        columns: checked.columns,
      };
      return { completedSteps: found.rows, totalSteps: found.rows, end: { message } };
    });
  };
}

/** As many problems as a message may hold. */
export function firstOf(rows: readonly CsvRowsTable[]): CsvSummary['problems'] {
  return rows
    .filter(({ state }) => state === 'failed')
    .slice(0, mostShown)
    .map(({ row_no, code, error }) => ({ row: row_no, code: code ?? '', error: error ?? '' }));
}
