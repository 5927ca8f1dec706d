/** Reads a whole CSV and says what importing it would do. Nothing is fetched and no item is written, so a kill costs only time. */
import { join } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import { type CsvSummary, mostNamedProblems } from '@nucleus/shared/wire/resumable';
import { z } from 'zod';
import { assertBatchIsOpen } from '../batches/read-batches.ts';
import type { CsvRowsTable, ResumableUploadsTable } from '../database/intake-tables.ts';
import type { AppendParts } from '../items/append-items.ts';
import type { JobHandler } from '../job-queue/job.ts';
import { getCsvUpload, keepCsvShape } from '../resumable-uploads/find-upload.ts';
import { targetOf } from '../resumable-uploads/rules.ts';
import { itemTarget } from './item-rows.ts';
import { deleteCsvRows, insertCsvRows } from './queries.ts';
import { type CsvRow, findDelimiter, readRows } from './read-rows.ts';
import { firstOf, type RowTarget, reportRows } from './row-target.ts';
import { type CsvShape, narrowTypes, type RowProblem, readHeader } from './rules.ts';
import { taskTarget } from './task-rows.ts';

export const csvCheckKind = 'csvCheck';
export const CsvJobInput = z.object({ uploadId: z.string() });

export interface CsvParts extends AppendParts {
  /** Folder of uploaded bytes. */
  folder: string;
  /** `host:port` in private networks that may be named. */
  hosts: ReadonlySet<string>;
}

/** What the rows of an upload become. @throws AppError as {@link taskTarget} */
export function rowTarget(parts: CsvParts, upload: ResumableUploadsTable): Promise<RowTarget> {
  const { project } = upload;
  return project === null
    ? itemTarget(parts, upload, parts.hosts)
    : taskTarget(parts.db, { ...upload, project }, parts.hosts);
}

/** Rows are looked up so many at a time. */
const lookupRows = 1_000;
/** Beyond it, the same id twice is found by the import alone: what is remembered must not grow with the file. */
const mostRemembered = 1_000_000;

export function csvCheckJob(parts: CsvParts): JobHandler {
  const { db, folder } = parts;
  return async ({ job, signal, step }) => {
    const { uploadId } = CsvJobInput.parse(job.input);
    const upload = await getCsvUpload(db, job.tenantId, uploadId);
    const path = join(folder, uploadId);
    const delimiter = await findDelimiter(path);
    const target = await rowTarget(parts, upload);
    const report = reportRows(upload, 'check');
    if (upload.project !== null && upload.batch !== null)
      await assertBatchIsOpen(db, job.tenantId, upload.batch, upload.project);
    const found = { rows: 0, created: 0, already_there: 0, failed: 0 };
    const problems: CsvRowsTable[] = [];
    const seen = new Set<string>();
    let shape: CsvShape | undefined;
    let waiting: string[] = [];

    const note = (rowNo: number, problem: RowProblem): void => {
      found.failed += 1;
      if (problems.length < mostNamedProblems) problems.push(report.failed(rowNo, problem));
    };
    const lookUp = async (): Promise<void> => {
      signal.throwIfAborted();
      const known = await target.findKnown(waiting);
      found.already_there += known.size;
      found.created += waiting.length - known.size;
      waiting = [];
    };
    const take = (columns: CsvShape['columns'], { cells, rowNo }: CsvRow): void => {
      found.rows += 1;
      // The kinds of columns are known at the end alone; a row is good or bad whatever they are.
      if (cells.length === columns.length) narrowTypes(columns, cells, target.locked);
      const judged = target.judge(columns, cells);
      if ('code' in judged) {
        note(rowNo, judged);
        return;
      }
      const id = judged.key;
      if (id === undefined) {
        found.created += 1;
        return;
      }
      if (seen.has(id)) {
        found.already_there += 1;
        return;
      }
      if (seen.size < mostRemembered) seen.add(id);
      waiting.push(id);
    };

    for await (const row of readRows(path, delimiter, { offset: 0, rowNo: 1 })) {
      if (shape === undefined)
        shape = {
          delimiter,
          columns: readHeader(row.cells, target.locked, target.kind),
          offset: row.nextOffset,
          rows: 0,
        };
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
        ...targetOf(upload),
        run: 'check',
        ...found,
        problems: firstOf(problems),
        columns: checked.columns,
      };
      return { completedSteps: found.rows, totalSteps: found.rows, end: { message } };
    });
  };
}
