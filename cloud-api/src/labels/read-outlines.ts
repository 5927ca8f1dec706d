/** Where boxes and polygons lie, for whatever looks at the part of a picture that they show. */
import type { Database } from '../database/open-database.ts';
import { listLabelled } from './queries.ts';
import { labelsAt } from './read-labels.ts';
import type { LabelPlace } from './rules.ts';

/** A box or polygon, the kinds that may have a vector of their own. */
export interface OutlinedLabel {
  seq: number;
  labelId: string;
  /** The write that it is of. */
  changeNo: number;
  /** Left, top, right and bottom, in pixels of the item. */
  bounds: readonly [number, number, number, number];
}

/** Places of up to `limit` items of a run behind a place; those whose labels are gone are among them. */
export async function labelledAfter(
  db: Database,
  place: LabelPlace,
  afterSeq: number,
  limit: number,
): Promise<number[]> {
  return (await listLabelled(db, place, afterSeq, limit)).map(({ seq }) => seq);
}

/** Boxes and polygons of the items at some places. */
export async function outlinesAt(db: Database, place: LabelPlace, seqs: readonly number[]): Promise<OutlinedLabel[]> {
  const found: OutlinedLabel[] = [];
  for (const rows of (await labelsAt(db, place, seqs)).values())
    for (const { seq, id, kind, change_no: changeNo, body } of rows) {
      const bounds = boundsOf(kind, (JSON.parse(body) as { geometry?: unknown }).geometry);
      if (bounds !== undefined) found.push({ seq, labelId: id, changeNo, bounds });
    }
  return found;
}

function boundsOf(kind: string, geometry: unknown): OutlinedLabel['bounds'] | undefined {
  if (kind === 'box') {
    const { x, y, width, height } = geometry as { x: number; y: number; width: number; height: number };
    return [x, y, x + width, y + height];
  }
  if (kind !== 'polygon') return undefined;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of (geometry as { vertices: { x: number; y: number }[] }).vertices) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  return [left, top, right, bottom];
}
