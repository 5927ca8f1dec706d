import { expect, test } from 'vitest';
import { type Camera, footprint, projectCuboid, readCamera } from './project-cuboid.ts';

/** Stands at the origin, its axes are those of the world: it looks along z. */
const camera: Camera = {
  position: { x: 0, y: 0, z: 0 },
  heading: { w: 1, x: 0, y: 0, z: 0 },
  fx: 100,
  fy: 100,
  cx: 320,
  cy: 240,
  isFisheye: false,
  k: [0, 0, 0, 0],
  p: [0, 0],
};
const cube = { position: { x: 0, y: 0, z: 10 }, dimensions: { x: 2, y: 2, z: 2 }, yaw: 0 };
const spots = (edges: readonly (readonly [{ x: number; y: number }, unknown])[]): string[] => [
  ...new Set(edges.map(([{ x, y }]) => `${x.toFixed(2)},${y.toFixed(2)}`)),
];

test('a cube before a camera is seen in perspective, its near side larger', () => {
  const edges = projectCuboid(cube, camera);
  expect(edges).toHaveLength(13);
  // the near side is 9 away, the far one 11: 100 / 9 and 100 / 11 to either side of the middle
  expect(spots(edges)).toEqual(
    expect.arrayContaining(['331.11,251.11', '308.89,228.89', '329.09,249.09', '310.91,230.91']),
  );
});

test('a camera that is turned and moved sees the same world from there', () => {
  // looks along x: half a turn less a quarter around y
  const turned = {
    ...camera,
    position: { x: -3, y: 0, z: 0 },
    heading: { w: Math.SQRT1_2, x: 0, y: Math.SQRT1_2, z: 0 },
  };
  const before = projectCuboid({ ...cube, position: { x: 7, y: 0, z: 0 } }, turned);
  const xs = before.flatMap(([from, to]) => [from.x, to.x]);
  expect(Math.max(...xs)).toBeCloseTo(331.11, 1);
  expect(Math.min(...xs)).toBeCloseTo(308.89, 1);
});

test('nothing is seen of what is behind, and the rest of what reaches behind', () => {
  expect(projectCuboid({ ...cube, position: { x: 0, y: 0, z: -10 } }, camera)).toEqual([]);
  const passing = projectCuboid({ ...cube, position: { x: 4, y: 0, z: 0 } }, camera);
  expect(passing.length).toBeGreaterThan(0);
  expect(passing.flat().every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
});

test('a lens bends: barrel distortion draws in, a fisheye goes by the angle', () => {
  const wide = { ...cube, position: { x: 8, y: 0, z: 10 }, dimensions: { x: 0, y: 0, z: 0 } };
  const at = (over: Partial<Camera>) => projectCuboid(wide, { ...camera, ...over })[0]?.[0].x ?? Number.NaN;
  expect(at({})).toBeCloseTo(320 + 80);
  expect(at({ k: [-0.2, 0, 0, 0] })).toBeCloseTo(320 + 80 * (1 - 0.2 * 0.64));
  expect(at({ isFisheye: true })).toBeCloseTo(320 + 100 * Math.atan(0.8));
});

test('yaw turns the ground plan, and its first edge is the front', () => {
  const [left, right] = footprint({ ...cube, dimensions: { x: 4, y: 2, z: 1 }, yaw: Math.PI / 2 });
  expect([left.x, left.y, right.x, right.y].map((value) => Math.round(value))).toEqual([-1, 2, 1, 2]);
});

test.each([
  ['no parameters', {}],
  ['no heading', { camera_params: { position: { x: 0, y: 0, z: 0 }, fx: 1, fy: 1, cx: 1, cy: 1 } }],
  ['words', { camera_params: 'pinhole' }],
])('%s are no camera', (_, metadata) => {
  expect(readCamera(metadata)).toBeUndefined();
});
