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
import { listTaxonomies } from '../taxonomies/list-taxonomies.ts';
import { ensureTracks } from '../tracks/ensure-tracks.ts';
import { intakeMasks } from './intake-masks.ts';
import { planLabels } from './plan-labels.ts';
import { dropMasks, listHeads, putLabels, putMasks, putTotals } from './queries.ts';
import { type ReadRow, type RefusedRow, readRows } from './read-rows.ts';
import { groundTruth, type LabelPlace } from './rules.ts';

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
  const { good, bad, pictures, update } = prepared;
  const { changeNo } = await claimWrite(tx, acting, place.datasetId);
  // Behind the claim: what is written to a run that ends meanwhile would stay.
  if (place.runId !== groundTruth) await getRun(tx, place.tenantId, place.runId);
  const items = await measureItems(tx, place.tenantId, place.datasetId, keysOf(good));
  const vectors = await takeObjectVectors(tx, place, { changeNo, nowMs: acting.nowMs });
  const plan = planLabels({
    place,
    rows: good,
    update,
    items,
    known: await listHeads(tx, place, placesOf(items)),
    taxonomies: await listTaxonomies(tx, place.tenantId, place.datasetId),
    pictures,
    vectors,
    changeNo,
    nowMs: acting.nowMs,
    random: () => newId('annotation'),
  });
  for (const { kept } of pictures.values()) if (kept !== undefined) await keepObject(tx, acting, kept);
  await putLabels(tx, plan.writes);
  await putTotals(tx, plan.totals);
  await putMasks(tx, plan.masks);
  await dropMasks(tx, place, plan.maskless);
  await vectors.save();
  await ensureTracks(
    tx,
    acting,
    place.datasetId,
    Array.from(plan.tracks, (reference_id) => ({ reference_id })),
  );
  if (plan.processed > 0) {
    const isPrediction = place.runId !== groundTruth;
    await writeAudit(tx, acting, {
      action: isPrediction ? 'predictions.write' : 'annotations.write',
      targetId: isPrediction ? place.runId : place.datasetId,
      amount: plan.processed,
    });
  }
  return { processed: plan.processed, ignored: plan.ignored, refused: [...bad, ...plan.refused] };
}

function keysOf(rows: readonly ReadRow[]): string[] {
  return [...new Set(rows.map(({ refKey }) => refKey))];
}

function placesOf(items: ReadonlyMap<string, { seq: number }>): number[] {
  return Array.from(items.values(), ({ seq }) => seq);
}
