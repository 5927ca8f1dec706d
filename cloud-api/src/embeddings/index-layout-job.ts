/** The internal index: colour and layout of every item, read off its blurhash. No picture and no address is opened, in privacy mode or not. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from '../datasets/claim-write.ts';
import { newId } from '../ids/new-id.ts';
import { enqueueJob } from '../job-queue/enqueue-job.ts';
import type { JobHandler } from '../job-queue/job.ts';
import { colourLayout, layoutDimensions } from './colour-layout.ts';
import { endIndex } from './end-index.ts';
import { changeIndex, listIndexes, listLayoutSources, putIndex, putVectors } from './queries.ts';
import { blurhashOf, spellVector } from './rules.ts';

export const indexLayoutJobKind = 'indexingImage';

const itemsPerStep = 500; // requests wait for a step on SQLite

const JobInput = z.object({ indexId: z.string(), items: z.number() });
const Checkpoint = z.object({ afterSeq: z.number(), indexed: z.number(), skipped: z.number() });

/** @throws AppError `dataset-not-found` */
export async function startIndexLayoutJob(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  options: { isContinuous?: boolean } = {},
): Promise<string> {
  const place = { tenantId: acting.tenantId, datasetId };
  return db.transaction().execute(async (tx) => {
    const { changeNo, nextSeq } = await claimWrite(tx, acting, datasetId);
    const known = await findInternal(tx, place);
    const indexId = known?.indexId ?? newId('index');
    if (known === undefined || known.state === 'errored') {
      const index = {
        indexId,
        level: 'image',
        kind: 'internal',
        dimension: layoutDimensions,
        state: 'started',
      } as const;
      await putIndex(tx, place, index, { changeNo, nowMs: acting.nowMs });
    }
    if (options.isContinuous === true) await changeIndex(tx, { ...place, indexId }, { is_continuous: 1 });
    await writeAudit(tx, acting, { action: 'embeddings.index', targetId: indexId });
    const input = { indexId, items: nextSeq };
    return enqueueJob(tx, acting, {
      kind: indexLayoutJobKind,
      datasetId,
      requestKey: null,
      input,
      totalSteps: nextSeq,
    });
  });
}

/** Ends indexing of new items as they come; what is indexed stays. @throws AppError `dataset-not-found` */
export async function stopContinuousIndexing(db: Kysely<Tables>, acting: Acting, datasetId: string): Promise<void> {
  const place = { tenantId: acting.tenantId, datasetId };
  await db.transaction().execute(async (tx) => {
    await claimWrite(tx, acting, datasetId);
    const known = await findInternal(tx, place);
    if (known === undefined) return;
    await changeIndex(tx, { ...place, indexId: known.indexId }, { is_continuous: 0 });
    await writeAudit(tx, acting, { action: 'embeddings.index', targetId: known.indexId });
  });
}

async function findInternal(tx: Database, place: { tenantId: string; datasetId: string }) {
  return (await listIndexes(tx, place.tenantId, place.datasetId)).find(({ kind }) => kind === 'internal');
}

export function indexLayoutJob(db: Kysely<Tables>): JobHandler {
  return async ({ job, signal, acting, step }) => {
    const { indexId, items } = JobInput.parse(job.input);
    const place = { tenantId: job.tenantId, datasetId: job.datasetId ?? '', indexId };
    let at = job.checkpoint === undefined ? { afterSeq: -1, indexed: 0, skipped: 0 } : Checkpoint.parse(job.checkpoint);
    await endIndex(db, { ...place, level: 'image' }, signal, async () => {
      for (let isLast = false; !isLast; ) {
        signal.throwIfAborted();
        const before = at;
        await step(async (tx) => {
          const { changeNo } = await claimWrite(tx, acting(), place.datasetId);
          const sources = await listLayoutSources(tx, place, before.afterSeq, itemsPerStep);
          isLast = sources.length < itemsPerStep;
          const rows = sources.flatMap(({ seq, agentMetadata, blurhash }) => {
            const layout = colourLayout(blurhashOf(agentMetadata, blurhash) ?? '');
            return layout === undefined ? [] : [{ ...rowAt(place, seq, changeNo), vector: spellVector(layout) }];
          });
          await putVectors(tx, rows);
          at = {
            afterSeq: sources.at(-1)?.seq ?? before.afterSeq,
            indexed: before.indexed + rows.length,
            skipped: before.skipped + sources.length - rows.length,
          };
          return { checkpoint: at, completedSteps: Math.min(items, at.afterSeq + 1), totalSteps: items };
        });
      }
      if (at.indexed === 0 && at.skipped > 0) throw nothingToIndex();
      await step(async (tx) => {
        await claimWrite(tx, acting(), place.datasetId);
        await changeIndex(tx, place, { state: 'completed' });
        return {
          completedSteps: at.indexed + at.skipped,
          end: { message: { index_id: indexId, indexed: at.indexed, skipped_without_blurhash: at.skipped } },
        };
      });
    });
  };
}

function rowAt(place: { tenantId: string; datasetId: string; indexId: string }, seq: number, changeNo: number) {
  return {
    tenant_id: place.tenantId,
    dataset_id: place.datasetId,
    index_id: place.indexId,
    seq,
    change_no: changeNo,
  };
}

function nothingToIndex(): AppError {
  return new AppError(
    'invalid-request',
    'No item has a blurhash to index, and addresses are never opened for this: upload vectors, or let the agent send blurhashes.',
  );
}
