/**
 * A linear classifier by logistic regression with an L2 penalty. The loss is strongly convex, so that accelerated gradient descent
 * (Nesterov 2004, constant step scheme III) reaches the one optimum in a fixed number of steps: the same examples give the same weights.
 */

/** Examples, a row of `dimension` numbers each. */
export interface TrainingSet {
  dimension: number;
  rows: Float64Array;
  /** 1 for a positive example, 0 for a negative one. */
  isPositive: Uint8Array;
}

/** `margin(x) = weights · x + bias`; the score of x is tanh(margin / 2), that is 2p - 1 of its probability. */
export interface Classifier {
  weights: Float64Array;
  bias: number;
}

/** Weight of the penalty. Rows are scaled to a mean length of 1, so that it means the same for every index. */
const penalty = 0.01;
/** At this penalty the distance to the optimum falls below 1e-12 of what it was. */
const descents = 400;

/** Either side counts half, however many examples it has. @param set has at least one row on each side */
export function trainClassifier(set: TrainingSet): Classifier {
  const { dimension } = set;
  const { rows, center, scale } = standardise(set);
  const sides = weighSides(set.isPositive);
  let longest = 0;
  for (let at = 0; at < sides.length; at++) longest = Math.max(longest, squaredLength(rows, at, dimension));
  const steepest = 0.25 * (longest + 1) + penalty;
  const momentum = (Math.sqrt(steepest) - Math.sqrt(penalty)) / (Math.sqrt(steepest) + Math.sqrt(penalty));
  // The last weight is the bias, as that of a column of ones.
  let weights = new Float64Array(dimension + 1);
  let ahead = new Float64Array(dimension + 1);
  for (let step = 0; step < descents; step++) {
    const slope = gradient(rows, dimension, set.isPositive, sides, ahead);
    const next = new Float64Array(dimension + 1);
    const nextAhead = new Float64Array(dimension + 1);
    for (let i = 0; i <= dimension; i++) {
      next[i] = (ahead[i] as number) - (slope[i] as number) / steepest;
      nextAhead[i] = (next[i] as number) + momentum * ((next[i] as number) - (weights[i] as number));
    }
    weights = next;
    ahead = nextAhead;
  }
  return unscaled(weights, center, scale);
}

/** -1 to 1. */
export function scoreOf({ weights, bias }: Classifier, features: ArrayLike<number>): number {
  let margin = bias;
  for (let i = 0; i < weights.length; i++) margin += (weights[i] as number) * (features[i] as number);
  return Math.tanh(margin / 2);
}

function gradient(
  rows: Float64Array,
  dimension: number,
  isPositive: Uint8Array,
  sides: Float64Array,
  weights: Float64Array,
): Float64Array {
  const slope = Float64Array.from(weights, (weight) => penalty * weight);
  for (let at = 0; at < isPositive.length; at++) {
    const start = at * dimension;
    let margin = weights[dimension] as number;
    for (let i = 0; i < dimension; i++) margin += (weights[i] as number) * (rows[start + i] as number);
    const error = (1 / (1 + Math.exp(-margin)) - (isPositive[at] as number)) * (sides[at] as number);
    for (let i = 0; i < dimension; i++) slope[i] = (slope[i] as number) + error * (rows[start + i] as number);
    slope[dimension] = (slope[dimension] as number) + error;
  }
  return slope;
}

/** Rows about their mean, of mean length 1. */
function standardise({ dimension, rows, isPositive }: TrainingSet) {
  const count = isPositive.length;
  const center = new Float64Array(dimension);
  for (let at = 0; at < rows.length; at++) {
    const i = at % dimension;
    center[i] = (center[i] as number) + (rows[at] as number) / count;
  }
  const moved = Float64Array.from(rows, (value, at) => value - (center[at % dimension] as number));
  let length = 0;
  for (let at = 0; at < count; at++) length += Math.sqrt(squaredLength(moved, at, dimension)) / count;
  const scale = length > 0 && Number.isFinite(length) ? length : 1;
  return { rows: moved.map((value) => value / scale), center, scale };
}

function weighSides(isPositive: Uint8Array): Float64Array {
  const positives = isPositive.reduce((sum, each) => sum + each, 0);
  const negatives = isPositive.length - positives;
  return Float64Array.from(isPositive, (each) => 0.5 / (each === 1 ? positives : negatives));
}

function unscaled(trained: Float64Array, center: Float64Array, scale: number): Classifier {
  const weights = trained.slice(0, -1).map((weight) => weight / scale);
  let bias = trained.at(-1) as number;
  for (let i = 0; i < weights.length; i++) bias -= (weights[i] as number) * (center[i] as number);
  return { weights, bias };
}

function squaredLength(rows: Float64Array, at: number, dimension: number): number {
  let sum = 0;
  for (let i = at * dimension; i < (at + 1) * dimension; i++) sum += (rows[i] as number) ** 2;
  return sum;
}
