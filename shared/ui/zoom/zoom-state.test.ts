import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  actualScale,
  afterKey,
  clamped,
  fitted,
  panned,
  placed,
  wholePicture,
  type ZoomState,
  zoomedAt,
} from './zoom-state.ts';

const picture = { width: 4000, height: 3000 };
const box = { width: 800, height: 300 };

/** Point of the picture, as fractions, under a point of the box. */
const under = (state: ZoomState, at: { x: number; y: number }): [number, number] => {
  const { left, top, width, height } = placed(state, picture, box);
  return [(at.x - left) / width, (at.y - top) / height];
};

test('the whole picture fits its box and stands in the middle', () => {
  expect(fitted(picture, box)).toEqual({ width: 400, height: 300 });
  expect(placed(wholePicture, picture, box)).toEqual({ left: 200, top: 0, width: 400, height: 300 });
  expect([actualScale(picture, box, 1), actualScale(picture, box, 2)]).toEqual([10, 5]);
});

test('zooming keeps what is under the pointer under the pointer, once the picture fills the box', () => {
  const start = clamped({ scale: 4, x: 0.5, y: 0.5 }, picture, box);
  const at = { x: 600, y: 40 };
  const next = zoomedAt(start, 1.7, at, picture, box);
  expect(next.scale).toBeCloseTo(6.8);
  for (const [axis, fraction] of under(start, at).entries()) expect(under(next, at)[axis]).toBeCloseTo(fraction, 9);
});

test('panning moves the picture by as many pixels as the pointer', () => {
  const start = clamped({ scale: 6, x: 0.5, y: 0.5 }, picture, box);
  const before = placed(start, picture, box);
  const after = placed(panned(start, { x: -30, y: 12 }, picture, box), picture, box);
  expect([after.left - before.left, after.top - before.top]).toEqual([expect.closeTo(-30, 6), expect.closeTo(12, 6)]);
});

test('whatever is done, no gap opens beside a picture that is larger than its box, and none is smaller than whole', () => {
  const step = fc.oneof(
    fc.record({ factor: fc.double({ min: 0.05, max: 20, noNaN: true }), x: fc.nat(800), y: fc.nat(300) }),
    fc.record({ dx: fc.integer({ min: -5000, max: 5000 }), dy: fc.integer({ min: -5000, max: 5000 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let state = wholePicture;
      for (const each of steps) {
        state =
          'factor' in each
            ? zoomedAt(state, each.factor, each, picture, box)
            : panned(state, { x: each.dx, y: each.dy }, picture, box);
      }
      const { left, top, width, height } = placed(state, picture, box);
      expect(state.scale).toBeGreaterThanOrEqual(1);
      expect(state.scale).toBeLessThanOrEqual(80);
      for (const [from, size, room] of [
        [left, width, box.width],
        [top, height, box.height],
      ] as const) {
        if (size <= room) expect(from).toBeCloseTo((room - size) / 2, 6);
        else {
          expect(from).toBeLessThanOrEqual(1e-6);
          expect(from + size).toBeGreaterThanOrEqual(room - 1e-6);
        }
      }
    }),
  );
});

test('keys zoom, fit, show pixel for pixel and move; what moves nothing is the page’s', () => {
  const after = (keys: readonly string[]): ZoomState | undefined =>
    keys.reduce<ZoomState | undefined>((state, key) => state && afterKey(key, state, picture, box, 2), wholePicture);
  expect(after(['+'])?.scale).toBeCloseTo(1.4);
  expect(after(['+', '-'])?.scale).toBeCloseTo(1);
  expect(after(['1'])?.scale).toBe(5);
  expect(after(['z'])?.scale).toBe(5);
  expect(after(['z', 'Z'])).toEqual(wholePicture);
  expect(after(['1', '0'])).toEqual(wholePicture);
  const moved = after(['1', 'ArrowRight']);
  expect(moved && placed(moved, picture, box).left).toBeCloseTo(
    placed(after(['1']) ?? wholePicture, picture, box).left - 60,
  );
  for (const key of ['ArrowLeft', 'ArrowUp', 'x', 'Escape']) expect(after([key])).toBeUndefined();
});
