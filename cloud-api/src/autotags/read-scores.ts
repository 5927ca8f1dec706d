import type { ScoredItem } from '@nucleus/shared/wire/autotags';
import type { Database } from '../database/open-database.ts';
import { listExamples, listScores } from './queries.ts';
import { type AutotagRow, defaultThreshold, scoreUnit, toAutotag, toMillionths } from './rules.ts';

const rowsPerPiece = 1_000;
/** Autotags of labels would fill these. */
const noObject = { model_prediction_annotation_id: null, ground_truth_annotation_id: null };

/** The JSON of `{autotag, autotagItems}`, the highest score first, piece by piece. */
export async function* spellTaggedItems(
  db: Database,
  tenantId: string,
  autotag: AutotagRow,
  threshold: number | null | undefined,
): AsyncGenerator<string> {
  yield `{"autotag":${JSON.stringify(toAutotag(autotag))},"autotagItems":[`;
  const place = { tenantId, ...autotag };
  const from = toMillionths(threshold ?? defaultThreshold);
  let separator = '';
  for (let after: { seq: number; scoreMillionths: number } | undefined; ; ) {
    const rows = await listScores(db, place, from, after, rowsPerPiece);
    const items = rows.map(
      ({ referenceId, scoreMillionths }): ScoredItem => ({
        ref_id: referenceId,
        score: scoreMillionths / scoreUnit,
        ...noObject,
      }),
    );
    if (items.length > 0) yield separator + JSON.stringify(items).slice(1, -1);
    separator = ',';
    after = rows.at(-1);
    if (rows.length < rowsPerPiece) break;
  }
  yield ']}';
}

/** Positive examples in insertion order. */
export async function listPositives(
  db: Database,
  tenantId: string,
  autotag: AutotagRow,
): Promise<Omit<ScoredItem, 'score'>[]> {
  const examples = await listExamples(db, { tenantId, ...autotag });
  return examples
    .filter(({ isPositive }) => isPositive)
    .map(({ referenceId }) => ({ ref_id: referenceId, ...noObject }));
}

/** Places of the items whose score is in a range, both ends included. */
export async function listScoredPlaces(
  db: Database,
  tenantId: string,
  autotag: AutotagRow,
  [lowest, highest]: readonly [number, number],
): Promise<ReadonlySet<number>> {
  const places = new Set<number>();
  const place = { tenantId, ...autotag };
  let after: { seq: number; scoreMillionths: number } | undefined;
  for (;;) {
    const rows = await listScores(db, place, toMillionths(lowest), after, rowsPerPiece);
    for (const { seq, scoreMillionths } of rows) if (scoreMillionths <= toMillionths(highest)) places.add(seq);
    after = rows.at(-1);
    if (rows.length < rowsPerPiece) return places;
  }
}
