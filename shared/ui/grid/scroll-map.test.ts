import { describe, expect, test } from 'vitest';
import { boxHeight, isAtWrongEdge, maxBoxHeight, placeAt, scrolledTo, toScrollTop, toVirtual } from './scroll-map.ts';

const viewport = 800;
const huge = { total: 40_000_000, viewport };
const small = { total: 9_000, viewport };

test('a result that fits is scrolled as it is', () => {
  expect(boxHeight(small.total)).toBe(9_000);
  expect(toVirtual(4_000, small.total)).toBe(4_000);
  expect(placeAt(4_000, small)).toEqual({ scrollTop: 4_000, offset: 0 });
});

describe('a result that is higher than browsers go', () => {
  test('keeps the box below the limit and reaches both ends exactly', () => {
    expect(boxHeight(huge.total)).toBe(maxBoxHeight);
    expect(placeAt(0, huge)).toEqual({ scrollTop: 0, offset: 0 });
    const end = placeAt(huge.total, huge);
    expect(end.scrollTop).toBe(maxBoxHeight - viewport);
    expect(end.scrollTop + end.offset).toBe(huge.total - viewport);
  });

  test('maps there and back', () => {
    for (const virtual of [0, 150_000, 200_001, 20_000_000, 39_900_000, 39_999_200]) {
      expect(toVirtual(toScrollTop(virtual, huge.total), huge.total)).toBeCloseTo(virtual, 3);
    }
  });

  test('moves 1:1 on the wheel and by proportion when the bar is dragged', () => {
    const from = placeAt(20_000_000, huge);
    const wheeled = scrolledTo(from, from.scrollTop + 120, huge);
    expect(wheeled.scrollTop + wheeled.offset).toBeCloseTo(20_000_120, 3);
    const dragged = scrolledTo(from, 3_000_000, huge);
    expect(dragged.scrollTop + dragged.offset).toBeCloseTo(toVirtual(3_000_000, huge.total), 3);
  });

  test('says when the box has run out before the result', () => {
    expect(isAtWrongEdge({ scrollTop: 0, offset: 5_000 }, huge)).toBe(true);
    expect(isAtWrongEdge({ scrollTop: 0, offset: 0 }, huge)).toBe(false);
    expect(isAtWrongEdge({ scrollTop: 100, offset: -5_000 }, huge)).toBe(true);
  });
});
