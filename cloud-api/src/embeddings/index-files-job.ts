/** Vectors from files at public addresses, a chunk of rows at a time. Writing the same rows again changes nothing. */
import { createReadStream } from 'node:fs';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Attachments } from '../attachments/open-attachments.ts';
import type { StagedFile } from '../attachments/store/stage-file.ts';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from '../datasets/claim-write.ts';
import { newId } from '../ids/new-id.ts';
import { placeReferences } from '../items/place-items.ts';
import { enqueueJob } from '../job-queue/enqueue-job.ts';
import type { JobHandler, StepResult } from '../job-queue/job.ts';
import { endIndex } from './end-index.ts';
import { changeIndex, listIndexes, putIndex, putVectors } from './queries.ts';
import { type FileRow, readRows } from './read-rows.ts';
import { spellVector } from './rules.ts';

export const indexFilesJobKind = 'customIndexing';

const rowsPerStep = 200; // requests wait for a step on SQLite
const madeHere = 'idx_';

const JobInput = z.object({ indexId: z.string(), dimension: z.number(), urls: z.array(z.string()) });
const Checkpoint = z.object({ file: z.number(), row: z.number(), stored: z.number(), errored: z.number() });
type Checkpoint = z.infer<typeof Checkpoint>;

/**
 * Files add to the index that earlier files made.
 * @throws AppError `dataset-not-found`, `conflict` when that one holds vectors of another length
 */
export async function startIndexFilesJob(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  input: { urls: string[]; dimension: number },
): Promise<string> {
  const place = { tenantId: acting.tenantId, datasetId };
  return db.transaction().execute(async (tx) => {
    const { changeNo } = await claimWrite(tx, acting, datasetId);
    const known = (await listIndexes(tx, acting.tenantId, datasetId)).find(({ indexId }) =>
      indexId.startsWith(madeHere),
    );
    const mine = known?.kind === 'custom' ? known : undefined;
    if (mine !== undefined && mine.state !== 'errored' && mine.dimension !== input.dimension) {
      throw new AppError(
        'conflict',
        `This dataset has a custom index of ${mine.dimension} numbers: delete it before another length is uploaded.`,
      );
    }
    const indexId = mine?.indexId ?? newId('index');
    if (mine === undefined || mine.state === 'errored') {
      const index = { indexId, level: 'image', kind: 'custom', dimension: input.dimension, state: 'started' } as const;
      await putIndex(tx, place, index, { changeNo, nowMs: acting.nowMs });
    }
    await writeAudit(tx, acting, { action: 'embeddings.index', targetId: indexId });
    return enqueueJob(tx, acting, {
      kind: indexFilesJobKind,
      datasetId,
      requestKey: null,
      input: { indexId, ...input },
      totalSteps: input.urls.length,
    });
  });
}

/** A row that cannot be taken is an error of the job and the rest goes in; a file that cannot be read ends the job. */
export function indexFilesJob(db: Kysely<Tables>, attachments: Attachments): JobHandler {
  return async ({ job, signal, acting, step }) => {
    const { indexId, dimension, urls } = JobInput.parse(job.input);
    const place = { tenantId: job.tenantId, datasetId: job.datasetId ?? '', indexId };
    let at: Checkpoint =
      job.checkpoint === undefined ? { file: 0, row: 0, stored: 0, errored: 0 } : Checkpoint.parse(job.checkpoint);
    await endIndex(db, { ...place, level: 'image' }, signal, async () => {
      while (at.file < urls.length) {
        const staged = await fetchFile(attachments, job.tenantId, urls, at.file, signal);
        try {
          const rows = readRows(createReadStream(staged.path, { encoding: 'utf8' }));
          for await (const chunk of chunksOf(rows, at.row)) {
            signal.throwIfAborted();
            const before = at;
            await step(async (tx): Promise<StepResult> => {
              const { stored, errors } = await storeRows(tx, acting(), place, dimension, chunk);
              at = {
                ...before,
                row: before.row + chunk.length,
                stored: before.stored + stored,
                errored: before.errored + errors.length,
              };
              return { checkpoint: at, errors };
            });
          }
        } finally {
          await attachments.dropStaged(staged);
        }
        const next = { ...at, file: at.file + 1, row: 0 };
        await step(async () => ({ checkpoint: next, completedSteps: next.file, totalSteps: urls.length }));
        at = next;
      }
      await step(async (tx) => {
        await claimWrite(tx, acting(), place.datasetId);
        await changeIndex(tx, place, { state: 'completed' });
        await writeAudit(tx, acting(), { action: 'embeddings.index', targetId: indexId, amount: at.stored });
        return {
          completedSteps: urls.length,
          end: { message: { index_id: indexId, stored: at.stored, errored: at.errored } },
        };
      });
    });
  };
}

async function fetchFile(
  attachments: Attachments,
  tenantId: string,
  urls: readonly string[],
  file: number,
  signal: AbortSignal,
): Promise<StagedFile> {
  try {
    return await attachments.fetchFile(tenantId, urls[file] ?? '', signal);
  } catch (cause) {
    signal.throwIfAborted();
    const which = `File ${file + 1} of ${urls.length}`;
    throw new AppError('attachment-unreachable', `${which} of embeddings_urls could not be fetched.`, { cause });
  }
}

/** Rows in chunks, without the first `skip`, which an earlier attempt has stored. */
async function* chunksOf(rows: AsyncIterable<FileRow>, skip: number): AsyncGenerator<FileRow[]> {
  let chunk: FileRow[] = [];
  let passed = 0;
  for await (const row of rows) {
    passed += 1;
    if (passed <= skip) continue;
    chunk.push(row);
    if (chunk.length < rowsPerStep) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Errors name the reference id, or in privacy mode, where it may be a path, the item; there what names no item names nothing. */
async function storeRows(
  tx: Database,
  acting: Acting,
  place: { tenantId: string; datasetId: string; indexId: string },
  dimension: number,
  rows: readonly FileRow[],
): Promise<{ stored: number; errors: string[] }> {
  const { changeNo, isPrivate } = await claimWrite(tx, acting, place.datasetId);
  const names = [...new Set(rows.map(({ referenceId }) => referenceId))];
  const seqs = await placeReferences(tx, place.tenantId, place.datasetId, names);
  const errors: string[] = [];
  const vectors = new Map<number, string>();
  for (const { referenceId, vector } of rows) {
    const seq = seqs.get(referenceId);
    const problem = seq === undefined ? undefined : vectorProblem(vector, dimension);
    if (seq !== undefined && problem === undefined) vectors.set(seq, spellVector(vector as number[]));
    else {
      const named = isPrivate ? {} : { reference_id: referenceId };
      const unknown = isPrivate
        ? "Item of this reference id doesn't exist."
        : `Item with id ${referenceId} doesn't exist.`;
      errors.push(JSON.stringify({ ...named, error: problem ?? unknown }));
    }
  }
  await putVectors(
    tx,
    Array.from(vectors, ([seq, vector]) => ({
      tenant_id: place.tenantId,
      dataset_id: place.datasetId,
      index_id: place.indexId,
      seq,
      change_no: changeNo,
      vector,
    })),
  );
  return { stored: vectors.size, errors };
}

function vectorProblem(vector: unknown, dimension: number): string | undefined {
  if (!Array.isArray(vector) || !vector.every((value) => typeof value === 'number' && Number.isFinite(value)))
    return 'The vector is not a list of numbers.';
  return vector.length === dimension
    ? undefined
    : `The vector has ${vector.length} numbers and this index holds ${dimension}.`;
}
