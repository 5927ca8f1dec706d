import fc from 'fast-check';
import { expect, test } from 'vitest';
import { intersectionOverUnion, type Point, type Shape, shapeOf } from './overlap.ts';

const box = (x: number, y: number, width: number, height: number) => shapeOf('box', { x, y, width, height }) as Shape;
const polygon = (...corners: [number, number][]) =>
  shapeOf('polygon', { vertices: corners.map(([x, y]) => ({ x, y })) }) as Shape;
const cuboid = (x: number, yaw = 0, z = 0) =>
  shapeOf('cuboid', { position: { x, y: 0, z }, dimensions: { x: 4, y: 2, z: 2 }, yaw }) as Shape;

test.each([
  ['the same box', box(0, 0, 4, 2), box(0, 0, 4, 2), 1],
  ['half of a box', box(0, 0, 4, 2), box(2, 0, 4, 2), 1 / 3],
  ['boxes side by side', box(0, 0, 4, 2), box(4, 0, 4, 2), 0],
  ['boxes of no size', box(1, 1, 0, 0), box(1, 1, 0, 0), 0],
  ['a box and a triangle in it', box(0, 0, 4, 4), polygon([0, 0], [4, 0], [0, 4]), 0.5],
  ['triangles that cross', polygon([0, 0], [4, 0], [0, 4]), polygon([4, 4], [4, 0], [0, 0]), 1 / 3],
  [
    'a hollow one and what is in its hollow',
    polygon([0, 0], [6, 0], [6, 6], [4, 6], [4, 2], [2, 2], [2, 6], [0, 6]),
    box(2, 2, 2, 4),
    0,
  ],
  [
    'a hollow one and all of it',
    polygon([0, 0], [6, 0], [6, 6], [4, 6], [4, 2], [2, 2], [2, 6], [0, 6]),
    box(0, 0, 6, 6),
    28 / 36,
  ],
  ['cuboids turned by a half', cuboid(0), cuboid(0, Math.PI), 1],
  ['cuboids turned by a quarter', cuboid(0), cuboid(0, Math.PI / 2), 1 / 3],
  ['cuboids one above the other', cuboid(0), cuboid(0, 0, 2), 0],
  ['cuboids half above the other', cuboid(0), cuboid(0, 0, 1), 1 / 3],
  ['a cuboid and a box', cuboid(0), box(-2, -1, 4, 2), 0],
])('%s', (_name, a, b, want) => {
  expect(intersectionOverUnion(a, b)).toBeCloseTo(want, 9);
  expect(intersectionOverUnion(b, a)).toBeCloseTo(want, 9);
});

/** A star-shaped polygon, which is simple, and may be hollow. */
const star = fc
  .record({
    x: fc.integer({ min: 10, max: 50 }),
    y: fc.integer({ min: 10, max: 50 }),
    radii: fc.array(fc.integer({ min: 2, max: 30 }), { minLength: 3, maxLength: 12 }),
  })
  .map(({ x, y, radii }): Point[] =>
    radii.map((radius, at) => {
      const angle = (2 * Math.PI * at) / radii.length;
      return { x: x + radius * Math.cos(angle), y: y + radius * Math.sin(angle) };
    }),
  );

/** Even-odd rule by a ray to the right. */
function holds(corners: readonly Point[], x: number, y: number): boolean {
  let inside = false;
  for (const [at, a] of corners.entries()) {
    const b = corners[(at + 1) % corners.length] as Point;
    if (a.y > y !== b.y > y && x < a.x + ((b.x - a.x) * (y - a.y)) / (b.y - a.y)) inside = !inside;
  }
  return inside;
}

test('the overlap of any two polygons is what counting points gives', () => {
  fc.assert(
    fc.property(star, star, (a, b) => {
      let both = 0;
      let either = 0;
      for (let x = -20.13; x < 90; x += 0.5) {
        for (let y = -20.27; y < 90; y += 0.5) {
          const [inA, inB] = [holds(a, x, y), holds(b, x, y)];
          if (inA && inB) both += 1;
          if (inA || inB) either += 1;
        }
      }
      const exact = intersectionOverUnion({ space: 'picture', corners: a }, { space: 'picture', corners: b });
      // A small shape has few points to count.
      expect(Math.abs(exact - both / Math.max(1, either))).toBeLessThan(0.02 + 6 / Math.sqrt(Math.max(1, either)) / 4);
    }),
    { numRuns: 25, seed: 8 },
  );
});
