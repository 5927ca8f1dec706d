/** Items or tasks from a checked CSV, a chunk of rows at a time: they, what became of each row, and the place of the next are one transaction. */
import { join } from 'node:path';
import type { CsvSummary } from '@nucleus/shared/wire/resumable';
import { z } from 'zod';
import type { JobHandler } from '../job-queue/job.ts';
import { getCsvUpload } from '../resumable-uploads/find-upload.ts';
import { targetOf } from '../resumable-uploads/rules.ts';
import { CsvJobInput, type CsvParts, rowTarget } from './check-job.ts';
import { insertCsvRows } from './queries.ts';
import { type CsvRow, readRows } from './read-rows.ts';
import { firstOf, mostShown } from './row-target.ts';
import { CsvShape } from './rules.ts';

export const csvImportKind = 'csvImport';

const Checkpoint = z.object({
  offset: z.number(),
  rowNo: z.number(),
  rows: z.number(),
  created: z.number(),
  already_there: z.number(),
  failed: z.number(),
  problems: z.array(z.object({ row: z.number(), code: z.string(), error: z.string() })),
});
type Checkpoint = z.infer<typeof Checkpoint>;

/** A kill costs at most the pictures of so many rows. */
const chunkRows = 128;

export function csvImportJob(parts: CsvParts): JobHandler {
  const { db, folder } = parts;
  return async ({ job, signal, acting, step }) => {
    const { uploadId } = CsvJobInput.parse(job.input);
    const upload = await getCsvUpload(db, job.tenantId, uploadId);
    const target = await rowTarget(parts, upload);
    const shape = CsvShape.parse(JSON.parse(upload.csv_shape ?? 'null'));
    const path = join(folder, uploadId);
    const none = { rows: 0, created: 0, already_there: 0, failed: 0, problems: [] };
    let at: Checkpoint =
      job.checkpoint === undefined ? { offset: shape.offset, rowNo: 2, ...none } : Checkpoint.parse(job.checkpoint);

    const importChunk = async (chunk: readonly CsvRow[]): Promise<void> => {
      signal.throwIfAborted();
      const write = await target.prepare(shape.columns, chunk, signal);
      signal.throwIfAborted();
      await step(async (tx) => {
        const rows = await write(tx, acting());
        await insertCsvRows(tx, rows);
        const last = chunk.at(-1) as CsvRow;
        const count = (state: string) => rows.filter((each) => each.state === state).length;
        at = {
          offset: last.nextOffset,
          rowNo: last.rowNo + 1,
          rows: at.rows + chunk.length,
          created: at.created + count('added'),
          already_there: at.already_there + count('already-there'),
          failed: at.failed + count('failed'),
          problems: [...at.problems, ...firstOf(rows)].slice(0, mostShown),
        };
        return { checkpoint: at, completedSteps: at.rows, totalSteps: shape.rows };
      });
    };

    let chunk: CsvRow[] = [];
    for await (const row of readRows(path, shape.delimiter, at)) {
      chunk.push(row);
      if (chunk.length < chunkRows) continue;
      await importChunk(chunk);
      chunk = [];
    }
    if (chunk.length > 0) await importChunk(chunk);
    signal.throwIfAborted();
    const { offset: _offset, rowNo: _rowNo, ...counts } = at;
    const message: CsvSummary = { ...targetOf(upload), run: 'import', ...counts, columns: shape.columns };
    await step(async () => ({ completedSteps: at.rows, end: { message } }));
  };
}
