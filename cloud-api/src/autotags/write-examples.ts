/** Autotags come into being and change by examples; training them is a job, made in the transaction that keeps the examples. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from '../datasets/claim-write.ts';
import { findPrimaryIndex } from '../embeddings/find-index.ts';
import { newId } from '../ids/new-id.ts';
import { placeReferences } from '../items/place-items.ts';
import { noIndex } from './feature-source.ts';
import { getAutotag } from './find-autotag.ts';
import { countExamples, insertAutotag, listAutotagRows, putExamples } from './queries.ts';
import { joinExamples } from './rules.ts';
import { enqueueTraining } from './train-job.ts';

/** Examples by reference id. */
export interface NamedExamples {
  positives: readonly string[];
  negatives: readonly string[];
}

/** Keeps one training within a gigabyte and a few seconds. */
const mostExamples = 20_000;

/**
 * Without negatives, items drawn from the dataset stand for what the autotag does not mean.
 * @throws AppError `dataset-not-found`, `item-not-found`, `conflict` for a name that is taken, `vector-missing`, `invalid-request`
 */
export async function createAutotag(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  input: NamedExamples & { name: string; basis?: 'embedding' | 'phash' | undefined },
): Promise<{ autotagId: string; jobId: string }> {
  if (input.positives.length === 0)
    throw new AppError('invalid-request', 'positives: name at least one item.', { at: 'positives' });
  return db.transaction().execute(async (tx) => {
    const { changeNo, nextSeq } = await claimWrite(tx, acting, datasetId);
    const there = await listAutotagRows(tx, acting.tenantId, datasetId);
    if (there.some(({ name }) => name === input.name))
      throw new AppError('conflict', 'This dataset has an autotag of that name: refine it, or delete it first.');
    const index = await findPrimaryIndex(tx, acting.tenantId, datasetId);
    if (input.basis === 'embedding' && index === undefined) throw noIndex();
    const autotagId = newId('autotag');
    const place = { tenantId: acting.tenantId, datasetId, autotagId };
    const examples = await placeNamed(tx, place, input);
    await insertAutotag(tx, {
      tenant_id: acting.tenantId,
      dataset_id: datasetId,
      id: autotagId,
      name: input.name,
      basis: input.basis ?? (index === undefined ? 'phash' : 'embedding'),
      state: 'started',
      generation: 0,
      last_generation: 0,
      change_no: changeNo,
      refinement_steps: 0,
      refinement_positives: 0,
      refinement_ms: 0,
      created_at: acting.nowMs,
      deleted_at: null,
    });
    await putExamples(tx, place, examples);
    await writeAudit(tx, acting, { action: 'autotag.create', targetId: autotagId, amount: examples.size });
    const work = { items: nextSeq, positives: countPositives(examples) };
    return { autotagId, jobId: await enqueueTraining(tx, acting, place, work) };
  });
}

/**
 * Adds examples, or moves them to the other side, and trains again.
 * @throws AppError `autotag-not-found`, `item-not-found`, `invalid-request`
 */
export async function refineAutotag(
  db: Kysely<Tables>,
  acting: Acting,
  autotagId: string,
  input: NamedExamples,
): Promise<string> {
  if (input.positives.length + input.negatives.length === 0)
    throw new AppError('invalid-request', 'Name at least one example.', { at: 'positives' });
  const { datasetId } = await getAutotag(db, acting.tenantId, autotagId);
  return db.transaction().execute(async (tx) => {
    const { nextSeq } = await claimWrite(tx, acting, datasetId);
    await getAutotag(tx, acting.tenantId, autotagId);
    const place = { tenantId: acting.tenantId, datasetId, autotagId };
    const examples = await placeNamed(tx, place, input);
    await putExamples(tx, place, examples);
    if ((await countExamples(tx, place)) > mostExamples)
      throw new AppError('invalid-request', `An autotag may have ${mostExamples} examples.`);
    await writeAudit(tx, acting, { action: 'autotag.refine', targetId: autotagId, amount: examples.size });
    return enqueueTraining(tx, acting, place, { items: nextSeq, positives: countPositives(examples) });
  });
}

/** Trains from the same examples over the items and vectors of today. @throws AppError `autotag-not-found` */
export async function updateAutotag(db: Kysely<Tables>, acting: Acting, autotagId: string): Promise<string> {
  const { datasetId } = await getAutotag(db, acting.tenantId, autotagId);
  return db.transaction().execute(async (tx) => {
    const { nextSeq } = await claimWrite(tx, acting, datasetId);
    await getAutotag(tx, acting.tenantId, autotagId);
    await writeAudit(tx, acting, { action: 'autotag.update', targetId: autotagId });
    return enqueueTraining(tx, acting, { tenantId: acting.tenantId, datasetId, autotagId }, { items: nextSeq });
  });
}

async function placeNamed(
  tx: Database,
  { tenantId, datasetId }: { tenantId: string; datasetId: string },
  { positives, negatives }: NamedExamples,
): Promise<Map<number, boolean>> {
  const places = await placeReferences(tx, tenantId, datasetId, [...new Set([...positives, ...negatives])]);
  const seqOf = (name: string): number => {
    const seq = places.get(name);
    if (seq === undefined) throw new AppError('item-not-found', 'An example is no item of this dataset.');
    return seq;
  };
  return joinExamples(positives.map(seqOf), negatives.map(seqOf));
}

function countPositives(examples: ReadonlyMap<number, boolean>): number {
  return [...examples.values()].filter(Boolean).length;
}
