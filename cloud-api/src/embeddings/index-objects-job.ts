/**
 * The internal index of labels: colour and layout of what boxes and polygons show, cut out of the stored pictures. Nothing is fetched: in
 * privacy mode there is no picture here, and vectors of objects come with the labels.
 */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { ImageFormat } from '../attachments/check/sniff-image.ts';
import type { Attachments } from '../attachments/open-attachments.ts';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from '../datasets/claim-write.ts';
import { newId } from '../ids/new-id.ts';
import { enqueueJob } from '../job-queue/enqueue-job.ts';
import type { JobHandler } from '../job-queue/job.ts';
import { labelledAfter, type OutlinedLabel, outlinesAt } from '../labels/read-outlines.ts';
import { groundTruth } from '../labels/rules.ts';
import { getRun, listRunIds } from '../models/find-model.ts';
import { colourLayout, layoutDimensions } from './colour-layout.ts';
import { endIndex } from './end-index.ts';
import { type ItemPicture, listPictures, putObjectVectors, type RunPlace } from './object-queries.ts';
import { changeIndex, listIndexes, putIndex } from './queries.ts';
import { spellVector } from './rules.ts';

export const indexObjectsJobKind = 'indexingObject';

const itemsPerStep = 20; // each is a picture to decode

const JobInput = z.object({ indexId: z.string(), runIds: z.array(z.string()), items: z.number() });
const Checkpoint = z.object({ run: z.number(), afterSeq: z.number(), indexed: z.number(), skipped: z.number() });
type Checkpoint = z.infer<typeof Checkpoint>;

/**
 * @param wanted one run's predictions, the annotations alone, or without either all labels
 * @throws AppError `dataset-not-found`, `model-run-not-found`
 */
export async function startIndexObjectsJob(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  wanted: { runId?: string | null | undefined; annotationsOnly: boolean },
): Promise<string> {
  const place = { tenantId: acting.tenantId, datasetId };
  return db.transaction().execute(async (tx) => {
    const { changeNo, nextSeq } = await claimWrite(tx, acting, datasetId);
    const runIds = await chooseRuns(tx, place, wanted);
    const known = (await listIndexes(tx, acting.tenantId, datasetId, 'object')).find(({ kind }) => kind === 'internal');
    const indexId = known?.indexId ?? newId('index');
    if (known === undefined || known.state === 'errored') {
      const index = { indexId, level: 'object', kind: 'internal', dimension: layoutDimensions } as const;
      await putIndex(tx, place, { ...index, state: 'started' }, { changeNo, nowMs: acting.nowMs });
    }
    await writeAudit(tx, acting, { action: 'embeddings.index', targetId: indexId });
    return enqueueJob(tx, acting, {
      kind: indexObjectsJobKind,
      datasetId,
      requestKey: null,
      input: { indexId, runIds, items: nextSeq },
      totalSteps: nextSeq * runIds.length,
    });
  });
}

async function chooseRuns(
  tx: Database,
  { tenantId, datasetId }: { tenantId: string; datasetId: string },
  { runId, annotationsOnly }: { runId?: string | null | undefined; annotationsOnly: boolean },
): Promise<string[]> {
  if (runId != null) {
    const run = await getRun(tx, tenantId, runId);
    if (run.datasetId !== datasetId)
      throw new AppError('model-run-not-found', 'This dataset has no such model run.', { at: 'model_run_id' });
    return [runId];
  }
  return annotationsOnly ? [groundTruth] : [groundTruth, ...(await listRunIds(tx, tenantId, datasetId))];
}

export function indexObjectsJob(db: Kysely<Tables>, attachments: Attachments): JobHandler {
  return async ({ job, signal, acting, step }) => {
    const { indexId, runIds, items } = JobInput.parse(job.input);
    const dataset = { tenantId: job.tenantId, datasetId: job.datasetId ?? '' };
    const index = { ...dataset, indexId };
    let at: Checkpoint =
      job.checkpoint === undefined
        ? { run: 0, afterSeq: -1, indexed: 0, skipped: 0 }
        : Checkpoint.parse(job.checkpoint);
    await endIndex(db, { ...index, level: 'object' }, signal, async () => {
      while (at.run < runIds.length) {
        signal.throwIfAborted();
        const place = { ...dataset, runId: runIds[at.run] ?? '' };
        const seqs = await labelledAfter(db, place, at.afterSeq, itemsPerStep);
        const found = await describeObjects(db, attachments, place, seqs, signal);
        const before = at;
        await step(async (tx) => {
          await claimWrite(tx, acting(), place.datasetId);
          const { kept, skipped } = await keepUnchanged(tx, place, indexId, seqs, found);
          const isLast = seqs.length < itemsPerStep;
          at = {
            run: isLast ? before.run + 1 : before.run,
            afterSeq: isLast ? -1 : (seqs.at(-1) ?? -1),
            indexed: before.indexed + kept,
            skipped: before.skipped + skipped,
          };
          const done = at.run * items + at.afterSeq + 1;
          return { checkpoint: at, completedSteps: Math.min(done, items * runIds.length) };
        });
      }
      if (at.indexed === 0 && at.skipped > 0) throw nothingToIndex();
      await step(async (tx) => {
        await claimWrite(tx, acting(), dataset.datasetId);
        await changeIndex(tx, index, { state: 'completed' });
        const message = { index_id: indexId, indexed: at.indexed, skipped_without_picture: at.skipped };
        return { completedSteps: items * runIds.length, end: { message } };
      });
    });
  };
}

/** A label, the write that it is of, and its vector where its picture is here. */
interface DescribedObject extends OutlinedLabel {
  vector: string | undefined;
}

async function describeObjects(
  db: Database,
  attachments: Attachments,
  place: RunPlace,
  seqs: readonly number[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, DescribedObject>> {
  const outlines = await outlinesAt(db, place, seqs);
  const pictures = new Map((await listPictures(db, place, seqs)).map((picture) => [picture.seq, picture]));
  const found = new Map<string, DescribedObject>();
  for (const seq of seqs) {
    signal.throwIfAborted();
    const labels = outlines.filter((label) => label.seq === seq);
    const picture = pictures.get(seq);
    const blurhashes =
      picture === undefined || labels.length === 0
        ? []
        : await attachments.describeRegions(
            { tenantId: place.tenantId, sha256: picture.sha256, format: picture.format as ImageFormat },
            labels.map((label) => regionOf(label, picture)),
            signal,
          );
    for (const [n, label] of labels.entries()) {
      const layout = colourLayout(blurhashes[n] ?? '');
      found.set(label.labelId, { ...label, vector: layout === undefined ? undefined : spellVector(layout) });
    }
  }
  return found;
}

/** Bounds of a label as shares of its picture. */
function regionOf({ bounds: [left, top, right, bottom] }: OutlinedLabel, { width, height }: ItemPicture) {
  return { left: left / width, top: top / height, right: right / width, bottom: bottom / height };
}

/** Labels that were written anew meanwhile, or are gone, have lost what was seen of them. */
async function keepUnchanged(
  tx: Database,
  place: RunPlace,
  indexId: string,
  seqs: readonly number[],
  found: ReadonlyMap<string, DescribedObject>,
): Promise<{ kept: number; skipped: number }> {
  const now = await outlinesAt(tx, place, seqs);
  const rows = now.flatMap(({ seq, labelId, changeNo }) => {
    const seen = found.get(labelId);
    if (seen?.vector === undefined || seen.changeNo !== changeNo) return [];
    const owner = { tenant_id: place.tenantId, dataset_id: place.datasetId, run_id: place.runId, index_id: indexId };
    return [{ ...owner, seq, label_id: labelId, vector: seen.vector }];
  });
  await putObjectVectors(tx, rows);
  return { kept: rows.length, skipped: now.length - rows.length };
}

function nothingToIndex(): AppError {
  return new AppError(
    'invalid-request',
    'No box or polygon lies on a stored picture, and addresses are never opened for this: send embedding_vector with the labels.',
  );
}
