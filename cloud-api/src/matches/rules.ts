/** Which predictions find which annotations of one item. Pure. */
import { intersectionOverUnion, type Shape } from '@nucleus/shared/labels/overlap';

export interface MatchObject {
  id: string;
  label: string;
  shape: Shape;
  /** Of predictions, where one was given. */
  confidence: number | null;
}

export interface Match {
  prediction: MatchObject | null;
  truth: MatchObject | null;
  /** 0 to 1; 0 for one alone. */
  iou: number;
  isTruePositive: boolean;
}

/** The overlap from which a prediction of the right class counts as right. */
const leastIou = 0.5;

/**
 * Every object is in one match, alone or with another. Predictions choose in order of their confidence, each the annotation of its class
 * that it overlaps most, by at least one half; what is left over is paired by overlap, whatever its class, to tell what went wrong.
 */
export function matchObjects(predictions: readonly MatchObject[], truths: readonly MatchObject[]): Match[] {
  const pairs = predictions.flatMap((prediction) =>
    truths.flatMap((truth) => {
      const iou = intersectionOverUnion(prediction.shape, truth.shape);
      return iou > 0 ? [{ prediction, truth, iou, isTruePositive: false }] : [];
    }),
  );
  const taken = new Set<MatchObject>();
  const matches: Match[] = [];
  const take = (pair: Match & { prediction: MatchObject; truth: MatchObject }): void => {
    if (taken.has(pair.prediction) || taken.has(pair.truth)) return;
    taken.add(pair.prediction).add(pair.truth);
    matches.push(pair);
  };
  const right = pairs.filter(({ prediction, truth, iou }) => iou >= leastIou && prediction.label === truth.label);
  for (const pair of right.toSorted(
    (a, b) => confidenceOf(b.prediction) - confidenceOf(a.prediction) || b.iou - a.iou || compareIds(a, b),
  ))
    take({ ...pair, isTruePositive: true });
  for (const pair of pairs.toSorted((a, b) => b.iou - a.iou || compareIds(a, b))) take(pair);
  const alone = { iou: 0, isTruePositive: false };
  for (const prediction of predictions) if (!taken.has(prediction)) matches.push({ prediction, truth: null, ...alone });
  for (const truth of truths) if (!taken.has(truth)) matches.push({ prediction: null, truth, ...alone });
  return matches;
}

/** Without a confidence last. */
function confidenceOf({ confidence }: MatchObject): number {
  return confidence ?? -1;
}

type Pair = Record<'prediction' | 'truth', MatchObject>;

/** Equal overlaps stand in one order, however rows came. */
function compareIds(a: Pair, b: Pair): number {
  const [one, other] = [a.prediction.id + a.truth.id, b.prediction.id + b.truth.id];
  return one < other ? -1 : one > other ? 1 : 0;
}
