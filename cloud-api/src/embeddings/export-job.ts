/** Vectors as files of up to 5,000 rows. Each file and the place of the next are one step, so a cut-off attempt goes on at the next file. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { ItemVector } from '@nucleus/shared/wire/embeddings';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { enqueueJob } from '../job-queue/enqueue-job.ts';
import type { JobHandler } from '../job-queue/job.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { keepResult } from '../result-files/result-files.ts';
import { pagesOfVectors, scopeOf, spellVectors } from './read-vectors.ts';

export const exportEmbeddingsJobKind = 'exportEmbeddings';

const pagesPerFile = 5;
const mostFiles = 65_536;

const JobInput = z.object({ datasetId: z.string(), sliceId: z.string().optional() });
const Checkpoint = z.object({ files: z.number(), afterSeq: z.number(), rows: z.number() });

/** @throws AppError `dataset-not-found`, `slice-not-found` */
export async function startExportEmbeddingsJob(
  db: Kysely<Tables>,
  acting: Acting,
  datasetOrSliceId: string,
): Promise<string> {
  const scope = await scopeOf(db, acting.tenantId, datasetOrSliceId);
  const { liveCount } = await getDataset(db, acting.tenantId, scope.datasetId);
  return db.transaction().execute(async (tx) => {
    await writeAudit(tx, acting, { action: 'export.start', targetId: datasetOrSliceId });
    return enqueueJob(tx, acting, {
      kind: exportEmbeddingsJobKind,
      datasetId: scope.datasetId,
      requestKey: null,
      input: scope,
      totalSteps: liveCount,
    });
  });
}

export function exportEmbeddingsJob(db: Kysely<Tables>, objects: ObjectStore): JobHandler {
  return async ({ job, signal, step }) => {
    const scope = JobInput.parse(job.input);
    let at = job.checkpoint === undefined ? { files: 0, afterSeq: -1, rows: 0 } : Checkpoint.parse(job.checkpoint);
    let open: ItemVector[][] = [];
    const close = async (afterSeq: number): Promise<void> => {
      if (at.files >= mostFiles) throw new AppError('invalid-request', 'The export has too many files: export slices.');
      const pages = open;
      await keepResult(
        objects,
        { tenantId: job.tenantId, jobId: job.jobId, part: at.files },
        spellVectors(asPages(pages)),
      );
      at = { files: at.files + 1, afterSeq, rows: at.rows + pages.reduce((sum, rows) => sum + rows.length, 0) };
      open = [];
      await step(async () => ({ checkpoint: at, completedSteps: at.rows }));
    };
    let lastSeq = at.afterSeq;
    for await (const page of pagesOfVectors(db, job.tenantId, scope, at.afterSeq)) {
      signal.throwIfAborted();
      open.push(page.rows);
      lastSeq = page.lastSeq;
      if (open.length === pagesPerFile) await close(lastSeq);
    }
    if (open.length > 0) await close(lastSeq);
    const files = Array.from({ length: at.files }, (_, part) => ({ part, format: 'json' }));
    await step(async () => ({ completedSteps: at.rows, end: { message: { rows: at.rows, result_files: files } } }));
  };
}

async function* asPages(pages: readonly ItemVector[][]): AsyncGenerator<{ rows: ItemVector[] }> {
  for (const rows of pages) yield { rows };
}
