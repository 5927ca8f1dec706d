import fc from 'fast-check';
import { expect, test } from 'vitest';
import { trainAside } from './train-aside.ts';
import { scoreOf, type TrainingSet, trainClassifier } from './train-classifier.ts';

/** Points on either side of a plane through `at`, `gap` away from it. */
function aSeparableSet(seed: number, dimension: number, each: number, gap: number, at: number): TrainingSet {
  let state = seed >>> 0;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const normal = Array.from({ length: dimension }, random);
  const length = Math.hypot(...normal);
  const rows = new Float64Array(2 * each * dimension);
  const isPositive = new Uint8Array(2 * each);
  for (let row = 0; row < 2 * each; row++) {
    const side = row < each ? 1 : -1;
    isPositive[row] = side === 1 ? 1 : 0;
    const point = Array.from({ length: dimension }, random);
    const along = point.reduce((sum, value, i) => sum + (value * (normal[i] as number)) / length, 0);
    const move = side * (gap + Math.abs(along)) - along;
    for (let i = 0; i < dimension; i++)
      rows[row * dimension + i] = at + (point[i] as number) + (move * (normal[i] as number)) / length;
  }
  return { dimension, rows, isPositive };
}

const rowOf = (set: TrainingSet, at: number) => set.rows.subarray(at * set.dimension, (at + 1) * set.dimension);

test('points that a plane parts get the sign of their side', () => {
  fc.assert(
    fc.property(
      fc.record({
        seed: fc.integer({ min: 1, max: 2 ** 31 }),
        dimension: fc.integer({ min: 2, max: 24 }),
        each: fc.integer({ min: 1, max: 30 }),
        at: fc.constantFrom(0, 1_000, -3),
      }),
      ({ seed, dimension, each, at }) => {
        const set = aSeparableSet(seed, dimension, each, 1.5, at);
        const classifier = trainClassifier(set);
        for (let row = 0; row < 2 * each; row++)
          expect(Math.sign(scoreOf(classifier, rowOf(set, row)))).toBe(set.isPositive[row] === 1 ? 1 : -1);
      },
    ),
    { numRuns: 40, seed: 8 },
  );
});

test('a few positives among many negatives are found', () => {
  const { rows, dimension } = aSeparableSet(5, 8, 100, 1, 0);
  const kept = [0, 1, ...Array.from({ length: 100 }, (_, i) => 100 + i)];
  const set: TrainingSet = {
    dimension,
    rows: Float64Array.from(kept.flatMap((at) => [...rows.subarray(at * dimension, (at + 1) * dimension)])),
    isPositive: Uint8Array.from(kept, (at) => (at < 100 ? 1 : 0)),
  };
  const classifier = trainClassifier(set);
  const scores = Array.from({ length: 200 }, (_, at) =>
    scoreOf(classifier, rows.subarray(at * dimension, (at + 1) * dimension)),
  );
  const right = scores.filter((score, at) => score > 0 === at < 100).length;
  expect(right).toBeGreaterThan(180);
});

test('a thread learns the same numbers as this one, twice', async () => {
  const set = aSeparableSet(3, 40, 50, 0.2, 7);
  const here = trainClassifier(set);
  expect(await trainAside(structuredClone(set))).toEqual(here);
  expect(trainClassifier(set)).toEqual(here);
});

test('equal examples on both sides teach nothing and break nothing', () => {
  const set = { dimension: 3, rows: Float64Array.from([1, 2, 3, 1, 2, 3]), isPositive: Uint8Array.from([1, 0]) };
  const classifier = trainClassifier(set);
  expect(scoreOf(classifier, [1, 2, 3])).toBeCloseTo(0, 12);
});

test('a training that is given up ends with the reason', async () => {
  const giveUp = new AbortController();
  giveUp.abort(new Error('cancelled'));
  await expect(trainAside(aSeparableSet(1, 4, 4, 1, 0), giveUp.signal)).rejects.toThrow('cancelled');
});
