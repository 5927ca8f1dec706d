/** Items from a checked CSV, a chunk of rows at a time: items, what became of each row, and the place of the next are one transaction. */
import { join } from 'node:path';
import type { CsvSummary } from '@nucleus/shared/wire/resumable';
import { z } from 'zod';
import type { CsvRowsTable } from '../database/intake-tables.ts';
import { type AppendParts, appendItemsIn, prepareAppend } from '../items/append-items.ts';
import { findItemIds } from '../items/find-item-id.ts';
import type { JobHandler } from '../job-queue/job.ts';
import { getCsvUpload } from '../resumable-uploads/find-upload.ts';
import { CsvJobInput, type CsvParts, firstOf, mostShown } from './check-job.ts';
import { insertCsvRows } from './queries.ts';
import { type CsvRow, readRows } from './read-rows.ts';
import { CsvShape, readRow } from './rules.ts';

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

export function csvImportJob(parts: CsvParts & AppendParts): JobHandler {
  const { db, folder, hosts } = parts;
  return async ({ job, signal, acting, step }) => {
    const { uploadId } = CsvJobInput.parse(job.input);
    const upload = await getCsvUpload(db, job.tenantId, uploadId);
    const datasetId = upload.dataset_id;
    const shape = CsvShape.parse(JSON.parse(upload.csv_shape ?? 'null'));
    const path = join(folder, uploadId);
    const none = { rows: 0, created: 0, already_there: 0, failed: 0, problems: [] };
    let at: Checkpoint =
      job.checkpoint === undefined ? { offset: shape.offset, rowNo: 2, ...none } : Checkpoint.parse(job.checkpoint);

    const importChunk = async (chunk: readonly CsvRow[]): Promise<void> => {
      signal.throwIfAborted();
      const read = chunk.map((row) => ({ ...row, read: readRow(shape.columns, row.cells, hosts) }));
      const good = read.flatMap(({ rowNo, read: each }) => ('item' in each ? [{ rowNo, item: each.item }] : []));
      const items = good.map(({ item }) => item);
      const prepared = await prepareAppend(parts, job.tenantId, datasetId, { items, update: false }, signal);
      signal.throwIfAborted();
      await step(async (tx) => {
        const ids = items.map(({ reference_id }) => reference_id);
        const before = await findItemIds(tx, job.tenantId, datasetId, ids);
        const reply = await appendItemsIn(tx, acting(), datasetId, prepared);
        const refused = new Map(
          (reply.error_payload ?? []).map((each) => {
            const { reference_id, error } = each as { reference_id: string; error: string };
            return [reference_id, error];
          }),
        );
        const after = await findItemIds(tx, job.tenantId, datasetId, ids);
        const made = new Set<string>();
        const rows = read.map(({ rowNo, read: each }): CsvRowsTable => {
          const row = { tenant_id: job.tenantId, upload_id: uploadId, run: 'import', row_no: rowNo };
          const nothing = { reference_id: null, item_id: null, code: null, error: null };
          if ('code' in each) return { ...row, ...nothing, state: 'failed', code: each.code, error: each.error };
          const id = each.item.reference_id;
          const itemId = after.get(id);
          if (itemId === undefined) {
            const error = refused.get(id) ?? 'The row was not taken.';
            const code = error.startsWith('image_url: ') ? 'fetch' : 'item';
            return {
              ...row,
              ...nothing,
              state: 'failed',
              reference_id: id,
              code,
              error: error.replace(/^image_url: /, ''),
            };
          }
          const state = before.has(id) || made.has(id) ? 'already-there' : 'added';
          made.add(id);
          return { ...row, ...nothing, state, reference_id: id, item_id: itemId };
        });
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
    const message: CsvSummary = { dataset_id: datasetId, run: 'import', ...counts, columns: shape.columns };
    await step(async () => ({ completedSteps: at.rows, end: { message } }));
  };
}
