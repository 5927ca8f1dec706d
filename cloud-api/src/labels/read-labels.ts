/** Labels as routes answer them. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { StoredLabel } from '@nucleus/shared/wire/annotations';
import type { z } from 'zod';
import type { Database } from '../database/open-database.ts';
import { findMask, type LabelRow, listRows, listTrackNames } from './queries.ts';
import type { LabelPlace } from './rules.ts';

export type { LabelRow };
export type AnsweredLabel = z.infer<typeof StoredLabel>;

/** A label with its id and the name that its item has now. */
export function toAnswered(row: LabelRow, referenceId: string): AnsweredLabel {
  return { id: row.id, reference_id: referenceId, ...(JSON.parse(row.body) as AnsweredLabel) };
}

/** The same as JSON, without reading what is kept. */
export function spellAnswered(row: LabelRow, referenceId: string): string {
  return `{"id":${JSON.stringify(row.id)},"reference_id":${JSON.stringify(referenceId)},${row.body.slice(1)}`;
}

/** Labels of some items, by the item's place and in the order in which they came. An item without any is not in the map. */
export async function labelsAt(
  db: Database,
  place: LabelPlace,
  seqs: readonly number[],
): Promise<ReadonlyMap<number, LabelRow[]>> {
  const bySeq = new Map<number, LabelRow[]>();
  if (seqs.length === 0) return bySeq;
  for (const row of await listRows(db, place, seqs)) {
    const rows = bySeq.get(row.seq) ?? [];
    rows.push(row);
    bySeq.set(row.seq, rows);
  }
  return bySeq;
}

/** Labels of one item by kind, with the kinds alone that there are (wire contract 4.4). */
export async function groupLabels(
  db: Database,
  place: LabelPlace,
  item: { seq: number; referenceId: string },
): Promise<Record<string, AnsweredLabel[]>> {
  const grouped: Record<string, AnsweredLabel[]> = {};
  for (const row of (await labelsAt(db, place, [item.seq])).get(item.seq) ?? []) {
    const ofKind = grouped[row.kind] ?? [];
    ofKind.push(toAnswered(row, item.referenceId));
    grouped[row.kind] = ofKind;
  }
  return grouped;
}

/**
 * One label of an item by the id that its sender gave it, or by our own.
 * @throws AppError `label-not-found`
 */
export async function getLabel(
  db: Database,
  place: LabelPlace,
  item: { seq: number; referenceId: string },
  labelId: string,
): Promise<AnsweredLabel> {
  const rows = (await labelsAt(db, place, [item.seq])).get(item.seq) ?? [];
  const found = rows.find((row) => row.annotation_id === labelId) ?? rows.find((row) => row.id === labelId);
  if (found === undefined) throw new AppError('label-not-found', 'This item has no label of that id.');
  return toAnswered(found, item.referenceId);
}

/** Tracks that labels of some items name, predictions too. */
export function tracksAt(db: Database, place: Omit<LabelPlace, 'runId'>, seqs: readonly number[]): Promise<string[]> {
  return seqs.length === 0 ? Promise.resolve([]) : listTrackNames(db, place, seqs);
}

/** The object that holds the picture of an item's mask, where one is stored. */
export function maskOf(db: Database, place: LabelPlace, seq: number): ReturnType<typeof findMask> {
  return findMask(db, place, seq);
}
