/**
 * Trains an autotag and scores every item, a page at a time, as a new generation beside the one that is answered; the last step but one
 * changes over to it, so that nobody ever sees half of it. What is answered no longer goes afterwards.
 */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from '../datasets/claim-write.ts';
import { readVector, spellVector } from '../embeddings/rules.ts';
import { enqueueJob } from '../job-queue/enqueue-job.ts';
import { JobCancelled, type JobHandler, type JobRun } from '../job-queue/job.ts';
import { chooseRandom } from '../slices/choose-sample.ts';
import { type FeatureSource, openFeatures } from './feature-source.ts';
import { getAutotag } from './find-autotag.ts';
import {
  type AutotagPlace,
  changeAutotag,
  findModel,
  insertScores,
  listExamples,
  putModel,
  removeModels,
  removeScores,
} from './queries.ts';
import { toMillionths } from './rules.ts';
import { trainAside } from './train-aside.ts';
import { type Classifier, scoreOf, type TrainingSet } from './train-classifier.ts';

export const trainAutotagJobKind = 'autotagInference';

const itemsPerStep = 1_000; // requests wait for a step on SQLite
/** Items that stand for "not this" when positives alone were named: the same ones for every training over as many items. */
const mostStandIns = 400;
const standInSeed = 'stand-ins';

const JobInput = z.object({
  autotagId: z.string(),
  generation: z.number(),
  items: z.number(),
  /** Positives that came with the refinement; absent when nothing was refined. */
  positives: z.number().optional(),
});
const Checkpoint = z.object({
  phase: z.enum(['score', 'sweep']),
  afterSeq: z.number(),
  scored: z.number(),
  examples: z.number(),
  standIns: z.number(),
});
type Checkpoint = z.infer<typeof Checkpoint>;
const Model = z.object({ weights: z.string(), bias: z.number() });

/**
 * In the transaction that keeps the examples, under its claim on the dataset.
 * @param work how many places the dataset has, and the positives of a refinement
 */
export async function enqueueTraining(
  tx: Database,
  acting: Acting,
  place: AutotagPlace,
  work: { items: number; positives?: number },
): Promise<string> {
  const generation = (await getAutotag(tx, acting.tenantId, place.autotagId)).lastGeneration + 1;
  await changeAutotag(tx, place, { last_generation: generation });
  return enqueueJob(tx, acting, {
    kind: trainAutotagJobKind,
    datasetId: place.datasetId,
    requestKey: null,
    input: { autotagId: place.autotagId, generation, ...work },
    totalSteps: work.items,
  });
}

export function trainAutotagJob(db: Kysely<Tables>): JobHandler {
  return async (run) => {
    const { job, signal, step } = run;
    const input = JobInput.parse(job.input);
    const place = { tenantId: job.tenantId, datasetId: job.datasetId ?? '', autotagId: input.autotagId };
    try {
      const features = await openFeatures(db, job.tenantId, await getAutotag(db, job.tenantId, input.autotagId));
      let at = job.checkpoint === undefined ? await train(db, run, features) : Checkpoint.parse(job.checkpoint);
      if (at.phase === 'score') at = await scoreAll(db, run, features, at);
      for (let isSwept = false; !isSwept; ) {
        signal.throwIfAborted();
        await step(async (tx) => {
          const { generation } = await getAutotag(tx, place.tenantId, place.autotagId);
          isSwept = (await removeScores(tx, place, generation, itemsPerStep)) < itemsPerStep;
          if (!isSwept) return { checkpoint: at };
          await removeModels(tx, place, generation);
          const message = {
            autotag_id: place.autotagId,
            scored: at.scored,
            examples: at.examples,
            stand_ins: at.standIns,
          };
          return { completedSteps: input.items, end: { message } };
        });
      }
    } catch (error) {
      if (isFinal(error, signal)) await giveUp(db, place);
      throw error;
    }
  };
}

/** Trains in a thread; the model and what the refinement cost are one step. */
async function train(
  db: Kysely<Tables>,
  { job, signal, acting, step }: JobRun,
  features: FeatureSource,
): Promise<Checkpoint> {
  const input = JobInput.parse(job.input);
  const place = { tenantId: job.tenantId, datasetId: job.datasetId ?? '', autotagId: input.autotagId };
  const startedAt = acting().nowMs;
  const { set, standIns } = await readTrainingSet(db, place, features, input.items);
  const at: Checkpoint = {
    phase: 'score',
    afterSeq: -1,
    scored: 0,
    examples: set.isPositive.length - standIns,
    standIns,
  };
  const { weights, bias } = await trainAside(set, signal);
  await step(async (tx) => {
    await claimWrite(tx, acting(), place.datasetId);
    const autotag = await getAutotag(tx, place.tenantId, place.autotagId);
    const model: z.infer<typeof Model> = { weights: spellVector([...weights]), bias };
    await putModel(tx, place, input.generation, JSON.stringify(model));
    if (input.positives !== undefined)
      await changeAutotag(tx, place, {
        refinement_steps: autotag.refinementSteps + 1,
        refinement_positives: autotag.refinementPositives + input.positives,
        refinement_ms: autotag.refinementMs + Math.max(0, acting().nowMs - startedAt),
      });
    return { checkpoint: at };
  });
  return at;
}

async function readTrainingSet(
  db: Kysely<Tables>,
  place: AutotagPlace,
  features: FeatureSource,
  items: number,
): Promise<{ set: TrainingSet; standIns: number }> {
  const named = await listExamples(db, place);
  const sides = new Map(named.map(({ seq, isPositive }) => [seq, isPositive]));
  const examples = await features.at([...sides.keys()]);
  if (!examples.some(({ seq }) => sides.get(seq) === true))
    throw new AppError('vector-missing', 'No positive example has what this autotag learns from.');
  const isOneSided = !named.some(({ isPositive }) => !isPositive);
  const others = isOneSided
    ? (await features.at(chooseRandom(items, mostStandIns, standInSeed))).filter(({ seq }) => !sides.has(seq))
    : [];
  if (!examples.some(({ seq }) => sides.get(seq) === false) && others.length === 0)
    throw new AppError('vector-missing', 'There is nothing to tell the positive examples from: name negative ones.');
  // In one order, so that the same examples give the same sums.
  const all = [...examples, ...others].sort((a, b) => a.seq - b.seq);
  const { dimension } = features;
  const rows = new Float64Array(all.length * dimension);
  for (const [at, { numbers }] of all.entries()) rows.set(numbers, at * dimension);
  const isPositive = Uint8Array.from(all, ({ seq }) => (sides.get(seq) === true ? 1 : 0));
  return { set: { dimension, rows, isPositive }, standIns: others.length };
}

async function scoreAll(
  db: Kysely<Tables>,
  { job, signal, acting, step }: JobRun,
  features: FeatureSource,
  from: Checkpoint,
): Promise<Checkpoint> {
  const { autotagId, generation, items } = JobInput.parse(job.input);
  const place = { tenantId: job.tenantId, datasetId: job.datasetId ?? '', autotagId };
  const classifier = readModel(await findModel(db, place, generation));
  let at = from;
  while (at.phase === 'score') {
    signal.throwIfAborted();
    const before = at;
    const page = await features.after(before.afterSeq, itemsPerStep);
    const rows = page.features.map(({ seq, numbers }) => ({
      tenant_id: place.tenantId,
      dataset_id: place.datasetId,
      autotag_id: autotagId,
      generation,
      seq,
      score_millionths: toMillionths(scoreOf(classifier, numbers)),
    }));
    await step(async (tx) => {
      const { changeNo } = await claimWrite(tx, acting(), place.datasetId);
      const autotag = await getAutotag(tx, place.tenantId, autotagId);
      await insertScores(tx, rows);
      at = { ...before, afterSeq: page.lastSeq ?? before.afterSeq, scored: before.scored + rows.length };
      if (page.lastSeq === undefined) {
        at = { ...at, phase: 'sweep' };
        // A later training may have ended before this one.
        if (generation > autotag.generation)
          await changeAutotag(tx, place, { generation, state: 'completed', change_no: changeNo });
        await writeAudit(tx, acting(), { action: 'autotag.train', targetId: autotagId, amount: at.scored });
      }
      return { checkpoint: at, completedSteps: Math.min(items, at.afterSeq + 1), totalSteps: items };
    });
  }
  return at;
}

function readModel(text: string | undefined): Classifier {
  const { weights, bias } = Model.parse(JSON.parse(text ?? 'null'));
  return { weights: Float64Array.from(readVector(weights)), bias };
}

/** Whether no further attempt follows. */
function isFinal(error: unknown, signal: AbortSignal): boolean {
  if (error instanceof AppError) return error.status < 500 && error.code !== 'autotag-not-found';
  return error instanceof JobCancelled || (signal.aborted && signal.reason instanceof JobCancelled);
}

/** One that was never trained is told as errored; a trained one goes on as it was. */
async function giveUp(db: Kysely<Tables>, place: AutotagPlace): Promise<void> {
  const { generation } = await getAutotag(db, place.tenantId, place.autotagId);
  if (generation === 0) await changeAutotag(db, place, { state: 'errored' });
}
