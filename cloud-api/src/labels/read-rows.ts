/** Reads labels as they were sent, a few hundred at a time, before any transaction: checking thousands takes longer than others may wait. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { searchShapeProblem } from '@nucleus/shared/labels/check-geometry';
import { type LabelInput, readLabel } from '@nucleus/shared/labels/label-input';
import { toLabelBody } from '@nucleus/shared/labels/spell-label';
import { refKey } from '../items/rules.ts';
import { identityOf } from './rules.ts';

/** A label that is well formed, ready to be written. */
export interface ReadRow {
  raw: unknown;
  /** Place among the rows that were sent. */
  place: number;
  refKey: string;
  label: LabelInput;
  identity: string;
  /** JSON as it is kept. */
  body: string;
}

/** A row that cannot be taken, and why. */
export interface RefusedRow {
  raw: unknown;
  place: number;
  /** One sentence that names the row. */
  error: string;
  /** What is wrong, without a name of the caller's. */
  problem: string;
}

/** Work after which others have their turn: rows, and vertices of polygons. */
const workPerTurn = 2_000;

/** @param firstPlace place of the first of them among all that were sent */
export async function readRows(
  raws: readonly unknown[],
  { isPrediction, firstPlace = 0 }: { isPrediction: boolean; firstPlace?: number },
): Promise<{ good: ReadRow[]; bad: RefusedRow[] }> {
  const good: ReadRow[] = [];
  const bad: RefusedRow[] = [];
  let work = 0;
  for (const [at, raw] of raws.entries()) {
    if (work >= workPerTurn) {
      work = 0;
      await nextTurn();
    }
    const { label, problem } = readLabel(raw);
    work += 4 + (label?.type === 'polygon' ? label.geometry.vertices.length : 0);
    const place = firstPlace + at;
    // waiting for nothing costs more than checking a box
    const shape = label?.type === 'polygon' ? await findShapeProblem(label) : undefined;
    const refusal = problem ?? shape ?? (isPrediction ? findForeignKind(label) : undefined);
    if (label === undefined || refusal !== undefined) {
      bad.push(refuse(raw, place, refusal ?? 'is not valid'));
      continue;
    }
    const body = toLabelBody(label, isPrediction);
    good.push({
      raw,
      place,
      refKey: refKey(label.reference_id),
      label,
      identity: identityOf(label, body),
      body: JSON.stringify(body),
    });
  }
  return { good, bad };
}

/** The outline of a polygon may take half a second, so that others have their turn meanwhile. */
async function findShapeProblem(label: LabelInput): Promise<string | undefined> {
  const search = searchShapeProblem(label);
  for (;;) {
    const { done, value } = search.next();
    if (done === true) return value;
    await nextTurn();
  }
}

/** No answer about predictions has a place for them (wire contract 11). */
function findForeignKind(label: LabelInput): string | undefined {
  return label.type === 'multicategory' ? 'type: a prediction is of one category' : undefined;
}

export function refuse(raw: unknown, place: number, problem: string): RefusedRow {
  return { raw, place, problem, error: `${nameOf(raw, place)}: ${problem}` };
}

/** A row by what its sender calls it. */
function nameOf(raw: unknown, place: number): string {
  const said = (key: string): string | undefined => {
    const value = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>)[key] : undefined;
    return typeof value === 'string' && value !== '' ? value.slice(0, 256) : undefined;
  };
  const reference = said('reference_id');
  const id = said('annotation_id');
  return `${id === undefined ? `Row ${place}` : `Label ${id}`}${reference === undefined ? '' : ` of item ${reference}`}`;
}
