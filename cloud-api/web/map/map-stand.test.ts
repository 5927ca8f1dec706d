import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  boxBetween,
  boxInView,
  clampStand,
  grainFor,
  type MapStand,
  panMap,
  toDegrees,
  toPixel,
  wholeWorld,
  withBox,
  zoomMap,
} from './map-stand.ts';

const size = { width: 1200, height: 700 };

test('the whole world is in view at first, and nothing beyond it can be brought into view', () => {
  expect(boxInView(wholeWorld(size), size)).toEqual({ west: -180, south: -90, east: 180, north: 90 });
  const step = fc.oneof(
    fc.record({ factor: fc.double({ min: 0.1, max: 30, noNaN: true }), x: fc.nat(1200), y: fc.nat(700) }),
    fc.record({ dx: fc.integer({ min: -9000, max: 9000 }), dy: fc.integer({ min: -9000, max: 9000 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 10 }), (steps) => {
      let stand: MapStand = wholeWorld(size);
      for (const each of steps)
        stand =
          'factor' in each ? zoomMap(stand, each.factor, each, size) : panMap(stand, { x: each.dx, y: each.dy }, size);
      const corner = toDegrees(0, 0, stand, size);
      // the window is wider than the world once it is whole; it is then empty on both sides alike
      if (size.width / stand.pxPerDegree <= 360) expect(corner.lon).toBeGreaterThanOrEqual(-180 - 1e-6);
      if (size.height / stand.pxPerDegree <= 180) expect(corner.lat).toBeLessThanOrEqual(90 + 1e-6);
      expect(clampStand(stand, size)).toEqual(stand);
    }),
  );
});

test('zooming keeps a place under the pointer, and degrees and pixels are each other’s inverse', () => {
  const stand = clampStand({ lon: 10, lat: 50, pxPerDegree: 20 }, size);
  const at = { x: 900, y: 100 };
  const place = toDegrees(at.x, at.y, stand, size);
  const zoomed = zoomMap(stand, 2.5, at, size);
  const back = toPixel(place.lon, place.lat, zoomed, size);
  expect([back.x, back.y]).toEqual([expect.closeTo(900, 6), expect.closeTo(100, 6)]);
});

test.each([
  { pxPerDegree: 3.3, grain: 20 },
  { pxPerDegree: 44, grain: 1 },
  { pxPerDegree: 4000, grain: 0.02 },
])('at $pxPerDegree pixels a degree, buckets are $grain degrees wide', ({ pxPerDegree, grain }) => {
  expect(grainFor({ lon: 0, lat: 0, pxPerDegree })).toBe(grain);
});

test('a box becomes two comparisons for each axis, widened to a thousandth, in place of an earlier one', () => {
  const stand = clampStand({ lon: 10, lat: 50, pxPerDegree: 100 }, size);
  const box = boxBetween({ x: 700, y: 500 }, { x: 500, y: 200 }, stand, size);
  expect(box).toEqual({ west: 9, east: 11, south: 48.5, north: 51.5 });
  const query = withBox('iso > 100', { west: 9.00049, east: 11, south: 48.5, north: 51.4996 });
  expect(query).toBe('iso > 100 AND lat >= 48.5 AND lat <= 51.5 AND lon >= 9 AND lon <= 11');
  expect(withBox(query, { west: -1, east: 1, south: -2, north: 2 })).toBe(
    'iso > 100 AND lat >= -2 AND lat <= 2 AND lon >= -1 AND lon <= 1',
  );
});
