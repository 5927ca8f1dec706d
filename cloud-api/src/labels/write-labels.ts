/** Writes annotations and predictions (wire contract 9.2): a bad row is its own error and the rest goes in. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import { keepObject } from '../attachments/keep-object.ts';
import type { Picture } from '../attachments/kept-image.ts';
import type { Attachments } from '../attachments/open-attachments.ts';
import type { StagedFile } from '../attachments/store/stage-file.ts';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from '../datasets/claim-write.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { takeObjectVectors } from '../embeddings/keep-object-vectors.ts';
import { newId } from '../ids/new-id.ts';
import { measureItems } from '../items/measure-items.ts';
import { getRun } from '../models/find-model.ts';
import { placeSceneKeys } from '../scenes/place-scenes.ts';
import { listTaxonomies } from '../taxonomies/list-taxonomies.ts';
import { ensureTracks } from '../tracks/ensure-tracks.ts';
import { intakeMasks } from './intake-masks.ts';
import { type LabelledItem, type LabelPlan, planLabels } from './plan-labels.ts';
import { dropMasks, listHeads, putLabels, putMasks, putTotals } from './queries.ts';
import { type ReadRow, type RefusedRow, readRows } from './read-rows.ts';
import { groundTruth, type LabelPlace, sceneTruth } from './rules.ts';

/** What writing labels works with. */
export interface LabelParts {
  db: Kysely<Tables>;
  attachments: Attachments;
}

export interface LabelBatch {
  /** As they came; each is checked by itself. */
  rows: readonly unknown[];
  update: boolean;
  /** Pictures of masks by the place of their row. This operation takes them over, whatever happens. */
  uploads?: readonly StagedFile[] | undefined;
  /** Whether addresses of masks are kept and never requested, as in privacy mode. */
  keepsAddresses?: boolean;
  /** Place of the first row, for what is said of it. */
  firstPlace?: number;
}

/** A batch whose masks are brought in: only rows are left to write. */
export interface PreparedLabels {
  good: readonly ReadRow[];
  bad: readonly RefusedRow[];
  pictures: ReadonlyMap<ReadRow, Picture>;
  update: boolean;
}

export interface LabelResult {
  processed: number;
  ignored: number;
  refused: RefusedRow[];
}

/** How long the masks of one request may take together. */
const requestMasksMs = 45_000;

/**
 * @returns counts that add up, with the refused rows, to the number of rows sent
 * @throws AppError `dataset-not-found`, `model-run-not-found`, `privacy-mode-refuses-bytes`
 */
export async function writeLabels(
  parts: LabelParts,
  acting: Acting,
  place: LabelPlace,
  batch: LabelBatch,
): Promise<LabelResult> {
  try {
    const prepared = await prepareLabels(parts, place, batch, AbortSignal.timeout(requestMasksMs));
    return await parts.db.transaction().execute((tx) => writeLabelsIn(tx, acting, place, prepared));
  } finally {
    await Promise.all((batch.uploads ?? []).map((staged) => parts.attachments.dropStaged(staged)));
  }
}

/**
 * Reads the rows and brings in their masks, before any transaction. A mask that cannot be had is an error of its row.
 * @param signal once it aborts, masks that are not there yet count as unreachable
 * @throws AppError `dataset-not-found`, `privacy-mode-refuses-bytes`
 */
export async function prepareLabels(
  { db, attachments }: LabelParts,
  place: LabelPlace,
  batch: LabelBatch,
  signal: AbortSignal,
): Promise<PreparedLabels> {
  const dataset = await getDataset(db, place.tenantId, place.datasetId);
  if (batch.uploads !== undefined) assertTakesMasks(dataset);
  const isPrediction = place.runId !== groundTruth;
  const { good, bad } = await readRows(batch.rows, { isPrediction, firstPlace: batch.firstPlace ?? 0 });
  const masks = good.filter(({ label }) => label.type === 'mask');
  // In privacy mode no address is ever requested.
  const keepsAddresses = batch.keepsAddresses === true || (dataset.isPrivate && batch.uploads === undefined);
  const needed = keepsAddresses ? [] : await thoseToBring(db, place, masks, batch.update);
  const pictures = await intakeMasks(attachments, place.tenantId, needed, batch.uploads, signal);
  return { good, bad, pictures, update: batch.update };
}

/** @throws AppError `privacy-mode-refuses-bytes` */
export function assertTakesMasks(dataset: { isPrivate: boolean; acceptsMasks: boolean }): void {
  if (dataset.isPrivate && !dataset.acceptsMasks)
    throw new AppError(
      'privacy-mode-refuses-bytes',
      'This dataset is in privacy mode and takes no masks as files: a mask is a picture. An admin may allow them.',
    );
}

/** Masks of items that are there, without those that would be ignored. */
async function thoseToBring(
  db: Database,
  place: LabelPlace,
  masks: readonly ReadRow[],
  update: boolean,
): Promise<ReadRow[]> {
  if (masks.length === 0) return [];
  const items = await measureItems(db, place.tenantId, place.datasetId, keysOf(masks));
  const heads = update ? [] : await listHeads(db, place, placesOf(items));
  const ignored = new Set(heads.filter(({ kind }) => kind === 'segmentation').map(({ seq }) => seq));
  return masks.filter(({ refKey }) => {
    const item = items.get(refKey);
    return item !== undefined && !ignored.has(item.seq);
  });
}

/** Writes a prepared batch in the caller's transaction, so that the write and a job's progress are one fact. */
export async function writeLabelsIn(
  tx: Database,
  acting: Acting,
  place: LabelPlace,
  prepared: PreparedLabels,
): Promise<LabelResult> {
  const { good, bad, pictures } = prepared;
  const claim = await claimWrite(tx, acting, place.datasetId);
  const isPrediction = place.runId !== groundTruth;
  // Behind the claim: what is written to a run that ends meanwhile would stay.
  if (isPrediction) await getRun(tx, place.tenantId, place.runId);
  const items = await measureItems(tx, place.tenantId, place.datasetId, keysOf(good));
  const scenes = claim.isScene && !isPrediction ? await placeScenesOf(tx, place, good, items) : new Map();
  const isOfScene = ({ label, refKey }: ReadRow): boolean => isOfWhole(label.type) && scenes.has(refKey);
  const planned = [
    await putPlanned(tx, acting, claim, { ...prepared, place, items, rows: good.filter((row) => !isOfScene(row)) }),
  ];
  if (scenes.size > 0) {
    const ofScenes = { place: { ...place, runId: sceneTruth }, items: scenes, rows: good.filter(isOfScene) };
    planned.push(await putPlanned(tx, acting, claim, { ...prepared, ...ofScenes }));
  }
  for (const { kept } of pictures.values()) if (kept !== undefined) await keepObject(tx, acting, kept);
  const tracks = new Set(planned.flatMap((plan) => [...plan.tracks]));
  await ensureTracks(
    tx,
    acting,
    place.datasetId,
    Array.from(tracks, (reference_id) => ({ reference_id })),
  );
  const processed = planned.reduce((sum, plan) => sum + plan.processed, 0);
  if (processed > 0) {
    await writeAudit(tx, acting, {
      action: isPrediction ? 'predictions.write' : 'annotations.write',
      targetId: isPrediction ? place.runId : place.datasetId,
      amount: processed,
    });
  }
  return {
    processed,
    ignored: planned.reduce((sum, plan) => sum + plan.ignored, 0),
    refused: [...bad, ...planned.flatMap((plan) => plan.refused)],
  };
}

/** Scenes that categories name where no item has the name. */
async function placeScenesOf(
  tx: Database,
  { tenantId, datasetId }: LabelPlace,
  rows: readonly ReadRow[],
  items: ReadonlyMap<string, LabelledItem>,
): Promise<ReadonlyMap<string, LabelledItem>> {
  const others = rows.filter(({ label, refKey }) => isOfWhole(label.type) && !items.has(refKey));
  const places = await placeSceneKeys(tx, { tenantId, datasetId }, keysOf(others));
  return new Map(Array.from(places, ([key, seq]) => [key, { seq, width: null, height: null }]));
}

function isOfWhole(type: string): boolean {
  return type === 'category' || type === 'multicategory';
}

async function putPlanned(
  tx: Database,
  acting: Acting,
  { changeNo }: { changeNo: number },
  input: PreparedLabels & { place: LabelPlace; items: ReadonlyMap<string, LabelledItem>; rows: readonly ReadRow[] },
): Promise<LabelPlan> {
  const { place, items, rows } = input;
  const vectors = await takeObjectVectors(tx, place, { changeNo, nowMs: acting.nowMs });
  const plan = planLabels({
    place,
    rows,
    update: input.update,
    items,
    known: await listHeads(tx, place, placesOf(items)),
    taxonomies: await listTaxonomies(tx, place.tenantId, place.datasetId),
    pictures: input.pictures,
    vectors,
    changeNo,
    nowMs: acting.nowMs,
    random: () => newId('annotation'),
  });
  await putLabels(tx, plan.writes);
  await putTotals(tx, plan.totals);
  await putMasks(tx, plan.masks);
  await dropMasks(tx, place, plan.maskless);
  await vectors.save();
  return plan;
}

function keysOf(rows: readonly ReadRow[]): string[] {
  return [...new Set(rows.map(({ refKey }) => refKey))];
}

function placesOf(items: ReadonlyMap<string, { seq: number }>): number[] {
  return Array.from(items.values(), ({ seq }) => seq);
}
