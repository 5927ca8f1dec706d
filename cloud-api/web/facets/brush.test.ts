import { expect, test } from 'vitest';
import { binsOf, boundsOf, brushOf, moveEnd } from './brush.ts';

const sharpness = binsOf('sharpness', 0, 15);
const iso = binsOf('iso', 100, 25_600);
const score = binsOf('score', 0, 1);

test('a field of few whole numbers has a bin for each', () => {
  expect(sharpness).toMatchObject({ count: 16, isWhole: true });
  expect(iso).toMatchObject({ count: 24, isWhole: false });
  // a field of the user's own may hold fractions between its whole ends
  expect(binsOf('x_grade', 0, 5)).toMatchObject({ count: 24, isWhole: false });
});

test.each([sharpness, iso, score, binsOf('e', 0, 1e-6), binsOf('n', -1e9, 1e9), binsOf('one', 5, 5)])(
  'every brush over %j is found again from its bounds',
  (bins) => {
    if (bins.max === bins.min) {
      expect(brushOf(bins, 5, 5)).toEqual({ first: 0, last: 0 });
      return;
    }
    for (let first = 0; first < bins.count; first += 1) {
      for (let last = first; last < bins.count; last += 1) {
        const { atLeast, atMost } = boundsOf(bins, { first, last });
        expect(brushOf(bins, atLeast, atMost)).toEqual({ first, last });
      }
    }
  },
);

test('a brush over everything asks for nothing', () => {
  expect(boundsOf(iso, { first: 0, last: 23 })).toEqual({});
  expect(boundsOf(sharpness, { first: 4, last: 15 })).toEqual({ atLeast: 4 });
  expect(boundsOf(sharpness, { first: 4, last: 9 })).toEqual({ atLeast: 4, atMost: 9 });
});

test('the ends stop at each other and at the edges', () => {
  expect(moveEnd(sharpness, { first: 3, last: 5 }, 'first', 9)).toEqual({ first: 5, last: 5 });
  expect(moveEnd(sharpness, { first: 3, last: 5 }, 'last', -1)).toEqual({ first: 3, last: 3 });
  expect(moveEnd(sharpness, { first: 3, last: 5 }, 'last', 99)).toEqual({ first: 3, last: 15 });
});
