/** Labels of the items that meet a query, or how a run's predictions match its annotations: read from the truth, item by item. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '@nucleus/shared/failure/app-error';
import { shapeOf } from '@nucleus/shared/labels/overlap';
import type { ObjectMatch, PatchMode } from '@nucleus/shared/wire/object-queries';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { listItemsInOrder } from '../items/read-items.ts';
import type { PlacedItem } from '../items/rules.ts';
import { type AnsweredLabel, type LabelRow, labelsAt, toAnswered } from '../labels/read-labels.ts';
import { groundTruth } from '../labels/rules.ts';
import { getRun } from '../models/find-model.ts';
import { findItemsAfter } from '../search/find-items.ts';
import type { Projections } from '../search/projections.ts';
import { readQuery } from '../search/read-query.ts';
import { type Match, type MatchObject, matchObjects } from './rules.ts';

export interface ObjectPage {
  query?: string | null | undefined;
  patch_mode: PatchMode;
  model_run_id?: string | null | undefined;
  pageToken?: string | null | undefined;
  pageSize: number;
}

/** Most objects of one page, and items that are looked through at once. */
const pageObjects = 10_000;
const itemsAtOnce = 200;

type FoundObject = AnsweredLabel | ObjectMatch;
/** Where a page begins: at an item, after so many of its objects. */
interface ObjectPlace {
  seq: number;
  skip: number;
}

/**
 * A page of objects in insertion order of their items. Kinds that cover nothing, such as lines, match nothing and are in no match.
 * @throws AppError `dataset-not-found`, `model-run-not-found`, `invalid-request` for a bad query, token or a mode that needs a run
 */
export async function queryObjects(
  db: Database,
  projections: Projections,
  dataset: { tenantId: string; datasetId: string },
  page: ObjectPage,
): Promise<{ items: FoundObject[]; nextPageToken: string | null }> {
  const { tenantId, datasetId } = dataset;
  await getDataset(db, tenantId, datasetId);
  const runId = await findRunOf(db, dataset, page);
  const condition = readQuery(page.query);
  const limit = Math.min(page.pageSize, pageObjects);
  let { seq, skip } = page.pageToken ? readPlace(page.pageToken) : { seq: 0, skip: 0 };
  const items: FoundObject[] = [];
  for (;;) {
    const find = { afterSeq: seq - 1, limit: itemsAtOnce };
    const seqs = await findItemsAfter(projections.of(tenantId, datasetId), { condition }, find);
    const found = await objectsOf(db, dataset, seqs, runId, page.patch_mode);
    for (const each of found) {
      const left = each.objects.slice(each.seq === seq ? skip : 0);
      const room = limit - items.length;
      items.push(...left.slice(0, room));
      if (left.length > room) {
        const done = (each.seq === seq ? skip : 0) + room;
        return { items, nextPageToken: spellPlace({ seq: each.seq, skip: done }) };
      }
      await nextTurn();
    }
    const last = seqs.at(-1);
    if (last === undefined || seqs.length < itemsAtOnce) return { items, nextPageToken: null };
    [seq, skip] = [last + 1, 0];
  }
}

async function findRunOf(
  db: Database,
  { tenantId, datasetId }: { tenantId: string; datasetId: string },
  page: ObjectPage,
): Promise<string> {
  if (page.patch_mode === 'ground_truth_only') return groundTruth;
  if (page.model_run_id == null)
    throw new AppError('invalid-request', `model_run_id: is needed for ${page.patch_mode}.`, { at: 'model_run_id' });
  const run = await getRun(db, tenantId, page.model_run_id);
  if (run.datasetId === datasetId) return run.runId;
  throw new AppError('model-run-not-found', 'This dataset has no such model run.');
}

async function objectsOf(
  db: Database,
  dataset: { tenantId: string; datasetId: string },
  seqs: readonly number[],
  runId: string,
  mode: PatchMode,
): Promise<{ seq: number; objects: FoundObject[] }[]> {
  const items = await listItemsInOrder(db, dataset.tenantId, dataset.datasetId, seqs);
  const ofRun = await labelsAt(db, { ...dataset, runId }, seqs);
  if (mode === 'ground_truth_only' || mode === 'predictions_only')
    return items.map((item) => ({
      seq: item.seq,
      objects: (ofRun.get(item.seq) ?? []).filter(isObject).map((row) => toAnswered(row, item.referenceId)),
    }));
  const truths = await labelsAt(db, { ...dataset, runId: groundTruth }, seqs);
  return items.map((item) => ({
    seq: item.seq,
    objects: matchObjects(shapesOf(ofRun.get(item.seq)), shapesOf(truths.get(item.seq)))
      .filter((match) => wanted[mode](match))
      .map((match) => toObjectMatch(match, runId, item)),
  }));
}

const wanted: Record<'iou' | 'false_positive' | 'false_negative', (match: Match) => boolean> = {
  iou: ({ prediction, truth }) => prediction !== null && truth !== null,
  false_positive: ({ prediction, isTruePositive }) => prediction !== null && !isTruePositive,
  false_negative: ({ truth, isTruePositive }) => truth !== null && !isTruePositive,
};

/** What is said of the whole item is no object in it. */
function isObject({ kind }: LabelRow): boolean {
  return kind !== 'category' && kind !== 'multicategory';
}

function shapesOf(rows: readonly LabelRow[] = []): MatchObject[] {
  return rows.flatMap((row) => {
    const { geometry, confidence } = JSON.parse(row.body) as { geometry?: unknown; confidence?: number };
    const shape = shapeOf(row.kind, geometry);
    return shape === undefined ? [] : [{ id: row.id, label: row.label, shape, confidence: confidence ?? null }];
  });
}

function toObjectMatch(
  { prediction, truth, iou, isTruePositive }: Match,
  runId: string,
  item: PlacedItem,
): ObjectMatch {
  return {
    model_run_id: runId,
    model_prediction_id: prediction?.id ?? null,
    ground_truth_annotation_id: truth?.id ?? null,
    iou,
    dataset_item_id: item.itemId,
    true_positive: isTruePositive,
    model_prediction_label: prediction?.label ?? null,
    ground_truth_annotation_label: truth?.label ?? null,
  };
}

function spellPlace({ seq, skip }: ObjectPlace): string {
  return Buffer.from(`object:${seq}:${skip}`).toString('base64url');
}

/** @throws AppError `invalid-request` for a token that is not ours */
function readPlace(token: string): ObjectPlace {
  const match = /^object:(\d{1,15}):(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString('latin1'));
  if (match === null)
    throw new AppError('invalid-request', 'pageToken: is not one that this server made.', { at: 'pageToken' });
  return { seq: Number(match[1]), skip: Number(match[2]) };
}
