/** Decides what a write of labels does, row by row, before anything is written. Pure: ids, time and known rows are arguments. */
import { findFrameProblem } from '@nucleus/shared/labels/check-geometry';
import type { LabelInput } from '@nucleus/shared/labels/label-input';
import { classesOf, kindOf } from '@nucleus/shared/labels/spell-label';
import type { Picture } from '../attachments/kept-image.ts';
import type { LabelMasksTable, LabelsTable, LabelTotalsTable } from '../database/label-tables.ts';
import type { ObjectVectorChanges } from '../embeddings/keep-object-vectors.ts';
import type { LabelHead } from './queries.ts';
import { type ReadRow, type RefusedRow, refuse } from './read-rows.ts';
import { groundTruth, type LabelPlace, sceneTruth, spellLabelId, totalsOf } from './rules.ts';

/** Where a label's item stands, and how large it is. */
export interface LabelledItem {
  seq: number;
  width: number | null;
  height: number | null;
}

export interface LabelFacts {
  place: LabelPlace;
  rows: readonly ReadRow[];
  /** Whether labels that are there are replaced; else they stay and the row is ignored. */
  update: boolean;
  /** Live items by the key of their reference id. */
  items: ReadonlyMap<string, LabelledItem>;
  /** Labels of those items that are there already. */
  known: readonly LabelHead[];
  /** Types of taxonomies by name. */
  taxonomies: ReadonlyMap<string, string>;
  /** Pictures of masks that were brought in; a mask without one is an address alone. */
  pictures: ReadonlyMap<ReadRow, Picture>;
  /** Told of the vectors of what is written. */
  vectors: Pick<ObjectVectorChanges, 'findProblem' | 'put'>;
  changeNo: number;
  nowMs: number;
  /** 20 fresh random characters for each call. */
  random: () => string;
}

export interface LabelPlan {
  writes: LabelsTable[];
  totals: LabelTotalsTable[];
  masks: LabelMasksTable[];
  /** Places of masks whose picture goes and no other comes. */
  maskless: number[];
  /** Tracks that the labels name. */
  tracks: Set<string>;
  processed: number;
  ignored: number;
  refused: RefusedRow[];
}

type Standing = Pick<LabelsTable, 'id' | 'kind' | 'label' | 'taxonomy' | 'created_at'>;

/** Rows in the order they were sent: one that occurs twice is new first and known afterwards. */
export function planLabels(facts: LabelFacts): LabelPlan {
  const standing = new Map<number, Map<string, Standing>>();
  for (const head of facts.known) at(standing, head.seq).set(head.identity, head);
  const writes = new Map<string, LabelsTable>();
  const pictures = new Map<number, string | undefined>();
  const plan = { tracks: new Set<string>(), processed: 0, ignored: 0, refused: [] as RefusedRow[] };
  for (const row of facts.rows) {
    const item = facts.items.get(row.refKey);
    if (item === undefined) {
      plan.refused.push(unknownItem(row));
      continue;
    }
    const labels = at(standing, item.seq);
    const there = labels.get(row.identity);
    if (there !== undefined && !facts.update) {
      plan.ignored += 1;
      continue;
    }
    const problem = findProblem(facts, row, item);
    if (problem !== undefined) {
      plan.refused.push(problem);
      continue;
    }
    const written = toRow(facts, row, item, there);
    writes.set(`${item.seq} ${row.identity}`, written);
    labels.set(row.identity, written);
    facts.vectors.put({ seq: item.seq, labelId: written.id, isKnown: there !== undefined }, vectorOf(row.label));
    if (row.label.type === 'mask') pictures.set(item.seq, facts.pictures.get(row)?.kept?.sha256);
    if (written.track_reference_id !== null) plan.tracks.add(written.track_reference_id);
    plan.processed += 1;
  }
  const { tenantId: tenant_id, datasetId: dataset_id, runId: run_id } = facts.place;
  const touched = [...new Set(Array.from(writes.values(), ({ seq }) => seq))];
  return {
    ...plan,
    writes: [...writes.values()],
    totals: touched.map((seq) => ({
      tenant_id,
      dataset_id,
      run_id,
      seq,
      change_no: facts.changeNo,
      totals: JSON.stringify(totalsOf(at(standing, seq).values())),
    })),
    masks: [...pictures].flatMap(([seq, sha256]) =>
      sha256 === undefined ? [] : [{ tenant_id, dataset_id, run_id, seq, sha256 }],
    ),
    maskless: [...pictures].flatMap(([seq, sha256]) => (sha256 === undefined ? [seq] : [])),
  };
}

function at(standing: Map<number, Map<string, Standing>>, seq: number): Map<string, Standing> {
  const known = standing.get(seq) ?? new Map<string, Standing>();
  standing.set(seq, known);
  return known;
}

function unknownItem({ raw, place, label }: ReadRow): RefusedRow {
  return {
    raw,
    place,
    problem: "reference_id: this item doesn't exist",
    error: `Item with id ${label.reference_id} doesn't exist.`,
  };
}

function findProblem(facts: LabelFacts, row: ReadRow, item: LabelledItem): RefusedRow | undefined {
  const { label, raw, place } = row;
  if ((label.type === 'category' || label.type === 'multicategory') && label.taxonomy_name != null) {
    const type = facts.taxonomies.get(label.taxonomy_name);
    if (type === undefined) {
      const error = `Input validation failed: Taxonomy ${label.taxonomy_name} does not exist in dataset ${facts.place.datasetId}`;
      return { raw, place, error, problem: error };
    }
    return type === label.type ? undefined : refuse(raw, place, `taxonomy_name: names a ${type} taxonomy`);
  }
  const vector = vectorOf(label);
  const problem =
    (label.type === 'mask' ? findMaskProblem(facts.pictures.get(row), item) : findFrameProblem(label, item)) ??
    (vector === undefined ? undefined : facts.vectors.findProblem(vector));
  return problem === undefined ? undefined : refuse(raw, place, problem);
}

function vectorOf(label: LabelInput): readonly number[] | undefined {
  return label.type === 'box' || label.type === 'polygon' ? (label.embedding_vector ?? undefined) : undefined;
}

function findMaskProblem(picture: Picture | undefined, item: LabelledItem): string | undefined {
  if (picture === undefined) return undefined;
  if (picture.error !== undefined) return picture.error;
  const { width, height } = picture.kept;
  if (item.width === null || (item.width === width && item.height === height)) return undefined;
  return `mask: is ${width} x ${height} and its item is ${item.width} x ${item.height}`;
}

function toRow(facts: LabelFacts, row: ReadRow, item: LabelledItem, there: Standing | undefined): LabelsTable {
  const { label } = row;
  const { runId } = facts.place;
  const isObject = label.type !== 'category' && label.type !== 'multicategory';
  const kind = kindOf(label);
  const classes = classesOf(label);
  return {
    tenant_id: facts.place.tenantId,
    dataset_id: facts.place.datasetId,
    run_id: runId,
    seq: item.seq,
    identity: row.identity,
    id:
      there?.id ??
      spellLabelId(
        runId === groundTruth || runId === sceneTruth ? 'ann_' : 'pred_',
        item.seq,
        row.place,
        facts.random(),
      ),
    kind,
    label: kind === 'segmentation' || kind === 'multicategory' ? JSON.stringify(classes) : (classes[0] ?? ''),
    taxonomy: isObject ? null : (label.taxonomy_name ?? null),
    annotation_id: isObject ? (label.annotation_id ?? null) : null,
    task_id: label.task_id ?? null,
    track_reference_id: label.track_reference_id ?? null,
    body: row.body,
    change_no: facts.changeNo,
    created_at: there?.created_at ?? facts.nowMs,
  };
}
