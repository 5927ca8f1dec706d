import { AppError } from '@nucleus/shared/failure/app-error';
import { resumableEndpoints } from '@nucleus/shared/wire/resumable';
import type { Kysely } from 'kysely';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { type Mount, mountDownload, mountEndpoint } from '../http/mount-endpoint.ts';
import { enqueueJob } from '../job-queue/enqueue-job.ts';
import { describeJob } from '../jobs/read-jobs.ts';
import { getCsvUpload } from '../resumable-uploads/find-upload.ts';
import { csvCheckKind } from './check-job.ts';
import { csvImportKind } from './import-job.ts';
import { writeReport } from './write-report.ts';

/** Mounts the runs of an uploaded CSV and their reports. */
export function mountCsvImports(mount: Mount, db: Kysely<Tables>, afterEnqueue: () => void): void {
  mountEndpoint(mount, resumableEndpoints.runCsv, async (context, { params, body }) => {
    const { tenantId, nowMs } = context;
    const upload = await getCsvUpload(db, tenantId, params.uploadId);
    if (body.run === 'import' && upload.csv_shape === null)
      throw new AppError('conflict', 'Check the CSV first: an import goes by what the check found.');
    const jobId = await db.transaction().execute(async (tx) => {
      await writeAudit(tx, context, { action: 'csv.run', targetId: upload.id });
      return enqueueJob(tx, context, {
        kind: body.run === 'check' ? csvCheckKind : csvImportKind,
        datasetId: upload.project === null ? upload.dataset_id : null,
        // A CSV is imported once, however often it is asked for; a check may be done again.
        requestKey: body.run === 'import' ? `csv:${upload.id}` : null,
        input: { uploadId: upload.id },
      });
    });
    afterEnqueue();
    return describeJob(db, tenantId, jobId, nowMs);
  });
  mountDownload(mount, resumableEndpoints.downloadCsvReport, async ({ tenantId }, { params, query }) => ({
    mediaType: 'text/csv; charset=utf-8',
    fileName: `${query.run}-report.csv`,
    pieces: await writeReport(db, tenantId, params.uploadId, query.run),
  }));
}
