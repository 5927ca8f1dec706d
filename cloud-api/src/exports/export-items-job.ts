/**
 * Items as one file, made by a job. The file is kept whole or not at all, and an attempt that is cut off writes it again from the start: half
 * a file could not be told from a whole one of fewer items.
 */
import { ExportFormat } from '@nucleus/shared/wire/exports';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Attachments } from '../attachments/open-attachments.ts';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { enqueueJob } from '../job-queue/enqueue-job.ts';
import type { JobHandler } from '../job-queue/job.ts';
import { keepResult } from '../result-files/result-files.ts';
import { countItems } from '../search/find-items.ts';
import type { Projections } from '../search/projections.ts';
import { readQuery } from '../search/read-query.ts';
import { downloadItems } from './download-items.ts';

export const exportItemsJobKind = 'exportItems';

const JobInput = z.object({ format: ExportFormat, query: z.string() });

/** @throws AppError `dataset-not-found`, `invalid-request` for a bad query */
export async function startExportItemsJob(
  db: Kysely<Tables>,
  projections: Projections,
  acting: Acting,
  datasetId: string,
  input: z.infer<typeof JobInput>,
): Promise<string> {
  await getDataset(db, acting.tenantId, datasetId);
  const totalSteps = await countItems(projections.of(acting.tenantId, datasetId), {
    condition: readQuery(input.query),
  });
  return db.transaction().execute(async (tx) => {
    await writeAudit(tx, acting, { action: 'export.start', targetId: datasetId });
    const job = { kind: exportItemsJobKind, datasetId, requestKey: null, input, totalSteps };
    return enqueueJob(tx, acting, job);
  });
}

export function exportItemsJob(db: Kysely<Tables>, projections: Projections, attachments: Attachments): JobHandler {
  return async ({ job, signal, step }) => {
    const { format, query } = JobInput.parse(job.input);
    let items = 0;
    const { pieces } = await downloadItems(db, projections, attachments, job.tenantId, job.datasetId ?? '', {
      format,
      query,
      onPage: async (count) => {
        signal.throwIfAborted();
        items += count;
        await step(async () => ({ completedSteps: items }));
      },
    });
    const bytes = await keepResult(attachments.objects, { tenantId: job.tenantId, jobId: job.jobId, part: 0 }, pieces);
    await step(async () => ({
      completedSteps: items,
      end: { message: { format, items, bytes, result_files: [{ part: 0, format }] } },
    }));
  };
}
