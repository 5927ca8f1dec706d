/** Cuboids of a point cloud as a camera of the same frame sees them. Pure. */
import type { Point } from './label-views.ts';

export interface Point3 {
  x: number;
  y: number;
  z: number;
}
export interface Cuboid {
  position: Point3;
  dimensions: Point3;
  /** Radians around the upright axis. */
  yaw: number;
}
/** Where a camera stands and how it projects; its own z axis looks forward, x to the right and y down. */
export interface Camera {
  position: Point3;
  /** Turns the camera's axes into those of the world. */
  heading: Point3 & { w: number };
  fx: number;
  fy: number;
  cx: number;
  cy: number;
  isFisheye: boolean;
  /** Distortion: radial, then tangential. */
  k: readonly [number, number, number, number];
  p: readonly [number, number];
}

/** Nothing nearer than this is drawn, in the units of the scene: a point beside the lens has no place in the picture. */
const near = 0.1;
/** Beyond this angle, as a tangent, a lens model answers nonsense. */
const widest = 3;

/** The camera that an item's metadata describes, if it does. */
export function readCamera(metadata: Readonly<Record<string, unknown>>): Camera | undefined {
  const raw = metadata.camera_params;
  if (typeof raw !== 'object' || raw === null) return undefined;
  const { position, heading, fx, fy, cx, cy, camera_model, ...rest } = raw as Record<string, unknown>;
  const at = (name: string): number => (typeof rest[name] === 'number' ? rest[name] : 0);
  const numbers = [fx, fy, cx, cy];
  if (!numbers.every((value) => typeof value === 'number') || !isPoint(position) || !isPoint(heading)) return undefined;
  return {
    position,
    heading: heading as Camera['heading'],
    fx: numbers[0] as number,
    fy: numbers[1] as number,
    cx: numbers[2] as number,
    cy: numbers[3] as number,
    isFisheye: camera_model === 'fisheye',
    k: [at('k1'), at('k2'), at('k3'), at('k4')],
    p: [at('p1'), at('p2')],
  };
}

/** The four corners of a cuboid's ground plan in order, the front edge between the first two. */
export function footprint({ position, dimensions, yaw }: Cuboid): [Point, Point, Point, Point] {
  const at = (along: number, across: number): Point => ({
    x: position.x + (along * dimensions.x * Math.cos(yaw) - across * dimensions.y * Math.sin(yaw)) / 2,
    y: position.y + (along * dimensions.x * Math.sin(yaw) + across * dimensions.y * Math.cos(yaw)) / 2,
  });
  return [at(1, 1), at(1, -1), at(-1, -1), at(-1, 1)];
}

/** The edges that the camera sees, in pixels of its picture, with a line along the ground towards the front; none when it is behind. */
export function projectCuboid(cuboid: Cuboid, camera: Camera): [Point, Point][] {
  const plan = footprint(cuboid);
  const { z } = cuboid.position;
  const half = cuboid.dimensions.z / 2;
  const level = (height: number): Point3[] => plan.map((corner) => ({ ...corner, z: z + height }));
  const [low, high] = [level(-half), level(half)];
  const side = (corners: Point3[]): [Point3, Point3][] =>
    corners.map((corner, at) => [corner, corners[(at + 1) % 4] as Point3]);
  const uprights = low.map((corner, at): [Point3, Point3] => [corner, high[at] as Point3]);
  const front = middle(low[0] as Point3, low[1] as Point3);
  const towards: [Point3, Point3] = [{ ...cuboid.position, z: z - half }, front];
  return [...side(low), ...side(high), ...uprights, towards].flatMap(([from, to]) => {
    const seen = clipped(toCamera(from, camera), toCamera(to, camera));
    if (seen === undefined) return [];
    const [start, end] = seen.map((point) => projected(point, camera));
    return start === undefined || end === undefined ? [] : [[start, end] as [Point, Point]];
  });
}

function toCamera(point: Point3, { position, heading }: Camera): Point3 {
  // the inverse of a turn is its conjugate
  const length = Math.hypot(heading.w, heading.x, heading.y, heading.z) || 1;
  const [w, x, y, z] = [heading.w / length, -heading.x / length, -heading.y / length, -heading.z / length];
  const v = { x: point.x - position.x, y: point.y - position.y, z: point.z - position.z };
  const t = { x: 2 * (y * v.z - z * v.y), y: 2 * (z * v.x - x * v.z), z: 2 * (x * v.y - y * v.x) };
  return {
    x: v.x + w * t.x + (y * t.z - z * t.y),
    y: v.y + w * t.y + (z * t.x - x * t.z),
    z: v.z + w * t.z + (x * t.y - y * t.x),
  };
}

/** The part of an edge that is before the camera. */
function clipped(from: Point3, to: Point3): [Point3, Point3] | undefined {
  if (from.z < near && to.z < near) return undefined;
  const cut = (inside: Point3, outside: Point3): Point3 => {
    const share = (near - inside.z) / (outside.z - inside.z);
    return {
      x: inside.x + (outside.x - inside.x) * share,
      y: inside.y + (outside.y - inside.y) * share,
      z: near,
    };
  };
  return [from.z < near ? cut(to, from) : from, to.z < near ? cut(from, to) : to];
}

function projected(point: Point3, camera: Camera): Point | undefined {
  const [x, y] = [point.x / point.z, point.y / point.z];
  const isDistorted = [...camera.k, ...camera.p].some((value) => value !== 0);
  if (isDistorted && Math.hypot(x, y) > widest) return undefined;
  const [u, v] = camera.isFisheye ? fisheye(x, y, camera) : brownConrady(x, y, camera);
  return { x: camera.fx * u + camera.cx, y: camera.fy * v + camera.cy };
}

/** Brown's model, as OpenCV has it. */
function brownConrady(x: number, y: number, { k: [k1, k2, k3], p: [p1, p2] }: Camera): [number, number] {
  const r2 = x * x + y * y;
  const radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3));
  return [x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x), y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y];
}

/** The equidistant model of Kannala and Brandt, as OpenCV has it. */
function fisheye(x: number, y: number, { k: [k1, k2, k3, k4] }: Camera): [number, number] {
  const r = Math.hypot(x, y);
  if (r === 0) return [0, 0];
  const angle = Math.atan(r);
  const a2 = angle * angle;
  const scale = (angle * (1 + a2 * (k1 + a2 * (k2 + a2 * (k3 + a2 * k4))))) / r;
  return [x * scale, y * scale];
}

function middle(a: Point3, b: Point3): Point3 {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, z: (a.z + b.z) / 2 };
}

function isPoint(value: unknown): value is Point3 {
  if (typeof value !== 'object' || value === null) return false;
  const { x, y, z } = value as Record<string, unknown>;
  return [x, y, z].every((each) => typeof each === 'number');
}
