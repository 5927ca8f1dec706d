/** What makes two labels the same one, and how they are named. Pure. */
import { createHash } from 'node:crypto';
import type { LabelInput } from '@nucleus/shared/labels/label-input';
import type { LabelBody } from '@nucleus/shared/labels/spell-label';

/** The run of annotations, which no model made. */
export const groundTruth = '';

/** The run of annotations of scenes, whose places are those of scenes and not of items. */
export const sceneTruth = '~';

/** Labels of one dataset that one run made, or none. */
export interface LabelPlace {
  tenantId: string;
  datasetId: string;
  /** {@link groundTruth} for annotations. */
  runId: string;
}

/**
 * Identity of a label on its item (wire contract 9.2): a mask is the only one, a category is the only one of its taxonomy, any other is
 * told by its annotation id and its task. One without an annotation id is told by all that it says, so that a request that arrives twice
 * adds it once.
 */
export function identityOf(label: LabelInput, body: LabelBody): string {
  return hashOf(partsOf(label, body));
}

/** Identity of a label that has an annotation id. */
export function identityOfNamed(annotationId: string, taskId: string | null): string {
  return hashOf(['named', annotationId, taskId]);
}

function hashOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

function partsOf(label: LabelInput, body: LabelBody): unknown[] {
  if (label.type === 'mask') return ['mask'];
  if (label.type === 'category' || label.type === 'multicategory') return [label.type, label.taxonomy_name ?? null];
  if (label.annotation_id == null || label.annotation_id === '') return ['unnamed', body];
  return ['named', label.annotation_id, label.task_id ?? null];
}

const seqDigits = 7;
const placeDigits = 4;
const randomDigits = 9;
const placeSpan = 36 ** placeDigits;

/**
 * Id of a new label: its prefix, the item's place, the row's place in its request and nine random characters. So labels sort as they came,
 * and one is found by its id without an index over all of them.
 */
export function spellLabelId(prefix: string, seq: number, place: number, random: string): string {
  const digits = (value: number, length: number): string => value.toString(36).padStart(length, '0');
  return `${prefix}${digits(seq, seqDigits)}${digits(place % placeSpan, placeDigits)}${random.slice(-randomDigits)}`;
}

/** The place of the item that a label's id holds; undefined for what is no id of a label. */
export function seqOfLabelId(id: string): number | undefined {
  const match = /^(?:ann|pred)_([a-z0-9]{20})$/.exec(id);
  return match?.[1] === undefined ? undefined : Number.parseInt(match[1].slice(0, seqDigits), 36);
}

/** Classes that a stored row counts for. */
function classesOfRow(row: { kind: string; label: string }): string[] {
  return row.kind === 'multicategory' || row.kind === 'segmentation'
    ? (JSON.parse(row.label) as string[])
    : [row.label];
}

/** How many labels of a class an item has: kind, class, taxonomy, count. */
export type Total = [kind: string, label: string, taxonomy: string | null, count: number];

/** Totals of the labels of one item, in order of kind, taxonomy and class. */
export function totalsOf(rows: Iterable<{ kind: string; label: string; taxonomy: string | null }>): Total[] {
  const counts = new Map<string, Total>();
  for (const row of rows) {
    for (const label of classesOfRow(row)) {
      const key = JSON.stringify([row.kind, row.taxonomy, label]);
      const total = counts.get(key) ?? [row.kind, label, row.taxonomy, 0];
      total[3] += 1;
      counts.set(key, total);
    }
  }
  return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, total]) => total);
}
