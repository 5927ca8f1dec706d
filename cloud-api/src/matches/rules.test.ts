import { type Shape, shapeOf } from '@nucleus/shared/labels/overlap';
import { expect, test } from 'vitest';
import { type MatchObject, matchObjects } from './rules.ts';

const object = (id: string, label: string, x: number, confidence: number | null = null): MatchObject => ({
  id,
  label,
  shape: shapeOf('box', { x, y: 0, width: 10, height: 10 }) as Shape,
  confidence,
});
const told = (predictions: MatchObject[], truths: MatchObject[]) =>
  matchObjects(predictions, truths)
    .map(({ prediction, truth, iou, isTruePositive }) => [
      prediction?.id,
      truth?.id,
      Math.round(iou * 100),
      isTruePositive,
    ])
    .toSorted();

test.each([
  { why: 'nothing', predictions: [], truths: [], want: [] },
  {
    why: 'a right one, a spare one and a missed one',
    predictions: [object('p1', 'car', 1), object('p2', 'car', 100)],
    truths: [object('t1', 'car', 0), object('t2', 'car', 200)],
    want: [
      ['p1', 't1', 82, true],
      ['p2', undefined, 0, false],
      [undefined, 't2', 0, false],
    ],
  },
  {
    why: 'one of another class',
    predictions: [object('p1', 'bus', 0)],
    truths: [object('t1', 'car', 0)],
    want: [['p1', 't1', 100, false]],
  },
  {
    why: 'one in the wrong place',
    predictions: [object('p1', 'car', 6)],
    truths: [object('t1', 'car', 0)],
    want: [['p1', 't1', 25, false]],
  },
  {
    why: 'two of which the surer is right, though the other is nearer',
    predictions: [object('p1', 'car', 0, 0.2), object('p2', 'car', 2, 0.9)],
    truths: [object('t1', 'car', 0)],
    want: [
      ['p1', undefined, 0, false],
      ['p2', 't1', 67, true],
    ],
  },
])('$why', ({ predictions, truths, want }) => {
  expect(told(predictions, truths)).toEqual(want.toSorted());
  expect(told(predictions.toReversed(), truths.toReversed())).toEqual(want.toSorted());
});
