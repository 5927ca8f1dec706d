import { expect, test } from 'vitest';
import { fitted, panned, zoomedAt } from './zoom.ts';

const box = { width: 800, height: 600 };
const picture = { width: 4000, height: 2000 };

test('a picture fits in the middle and is never enlarged for it', () => {
  expect(fitted(box, picture)).toEqual({ scale: 0.2, x: 0, y: 100 });
  expect(fitted(box, { width: 80, height: 60 })).toEqual({ scale: 1, x: 360, y: 270 });
});

test('zooming keeps what is under the pointer there', () => {
  const from = zoomedAt(fitted(box, picture), 4, { x: 400, y: 300 }, box, picture);
  const at = { x: 300, y: 250 };
  const before = { x: (at.x - from.x) / from.scale, y: (at.y - from.y) / from.scale };
  const to = zoomedAt(from, 1.5, at, box, picture);
  expect((at.x - to.x) / to.scale).toBeCloseTo(before.x, 6);
  expect((at.y - to.y) / to.scale).toBeCloseTo(before.y, 6);
});

test('it stops at the whole picture and at sixteen times', () => {
  expect(zoomedAt(fitted(box, picture), 0.1, { x: 0, y: 0 }, box, picture)).toEqual(fitted(box, picture));
  expect(zoomedAt(fitted(box, picture), 1e6, { x: 0, y: 0 }, box, picture).scale).toBe(16);
});

test('moving leaves no gap at an edge', () => {
  const look = zoomedAt(fitted(box, picture), 5, { x: 400, y: 300 }, box, picture);
  expect(panned(look, 1e6, 1e6, box, picture)).toMatchObject({ x: 0, y: 0 });
  expect(panned(look, -1e6, -1e6, box, picture)).toMatchObject({ x: 800 - 4000, y: 600 - 2000 });
});
