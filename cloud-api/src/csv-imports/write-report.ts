import type { CsvRun } from '@nucleus/shared/wire/resumable';
import { spellRow } from '../csv/spell-row.ts';
import type { Database } from '../database/open-database.ts';
import { getUploadRow } from '../resumable-uploads/find-upload.ts';
import { pageCsvRows } from './queries.ts';

const columnsOf = (isOfTasks: boolean) =>
  ['row', 'state', ...(isOfTasks ? ['unique_id', 'task_id'] : ['reference_id', 'item_id']), 'code', 'error'] as const;
const pageRows = 1_000;

/**
 * What became of the rows of a CSV, as CSV, a page at a time: every row of an import, the first problems of a check.
 * @throws AppError `upload-not-found`
 */
export async function writeReport(
  db: Database,
  tenantId: string,
  uploadId: string,
  run: CsvRun,
): Promise<AsyncGenerator<string>> {
  const { project } = await getUploadRow(db, tenantId, uploadId);
  return (async function* () {
    yield spellRow(columnsOf(project !== null));
    for (let after = 0; ; ) {
      const page = await pageCsvRows(db, tenantId, uploadId, run, after, pageRows);
      if (page.length > 0)
        yield page
          .map((row) => spellRow([row.row_no, row.state, row.reference_id, row.item_id, row.code, row.error]))
          .join('');
      if (page.length < pageRows) return;
      after = page.at(-1)?.row_no ?? after;
    }
  })();
}
