/** How much two shapes overlap: intersection over union of boxes, polygons and upright cuboids. */
export interface Point {
  x: number;
  y: number;
}

/** A region of the picture, or one above the ground. */
export type Shape =
  | { space: 'picture'; corners: readonly Point[] }
  /** `corners` of the footprint, and how high it reaches. */
  | { space: 'ground'; corners: readonly Point[]; low: number; high: number };

/** Shape of a label's geometry; undefined for kinds that cover nothing. */
export function shapeOf(kind: string, geometry: unknown): Shape | undefined {
  if (kind === 'box') {
    const { x, y, width, height } = geometry as Point & { width: number; height: number };
    return { space: 'picture', corners: rectangle(x, y, x + width, y + height) };
  }
  if (kind === 'polygon') return { space: 'picture', corners: (geometry as { vertices: Point[] }).vertices };
  if (kind !== 'cuboid') return undefined;
  const { position, dimensions, yaw } = geometry as Record<'position' | 'dimensions', Point & { z: number }> & {
    yaw: number;
  };
  const [cos, sin] = [Math.cos(yaw), Math.sin(yaw)];
  const corners = rectangle(-dimensions.x / 2, -dimensions.y / 2, dimensions.x / 2, dimensions.y / 2);
  return {
    space: 'ground',
    corners: corners.map(({ x, y }) => ({ x: position.x + cos * x - sin * y, y: position.y + sin * x + cos * y })),
    low: position.z - dimensions.z / 2,
    high: position.z + dimensions.z / 2,
  };
}

/** 0 to 1; 0 for shapes that cannot be compared, or that cover nothing. */
export function intersectionOverUnion(a: Shape, b: Shape): number {
  if (a.space !== b.space) return 0;
  const flat = overlapArea(a.corners, b.corners);
  if (flat === 0) return 0;
  const height = a.space === 'ground' && b.space === 'ground' ? sharedHeight(a, b) : 1;
  const shared = flat * height;
  const union = sizeOf(a) + sizeOf(b) - shared;
  return union > 0 ? Math.min(1, shared / union) : 0;
}

function rectangle(left: number, top: number, right: number, bottom: number): Point[] {
  return [
    { x: left, y: top },
    { x: right, y: top },
    { x: right, y: bottom },
    { x: left, y: bottom },
  ];
}

function sharedHeight(a: { low: number; high: number }, b: { low: number; high: number }): number {
  return Math.max(0, Math.min(a.high, b.high) - Math.max(a.low, b.low));
}

function sizeOf(shape: Shape): number {
  const area = areaOf(shape.corners);
  return shape.space === 'ground' ? area * (shape.high - shape.low) : area;
}

/** Gauss' area formula. */
function areaOf(corners: readonly Point[]): number {
  let twice = 0;
  for (const [at, a] of corners.entries()) {
    const b = corners[(at + 1) % corners.length] as Point;
    twice += a.x * b.y - b.x * a.y;
  }
  return Math.abs(twice) / 2;
}

/** A side that is not level, from its upper to its lower end. */
interface Side {
  top: number;
  bottom: number;
  /** Where it is at `top`, and how far it moves for each step down. */
  x: number;
  slope: number;
}

/**
 * Area that two simple polygons share. Between two neighbouring heights at which a corner or a crossing lies, all sides are straight and
 * none cross, so that the width that both share changes evenly and the one in the middle gives the area exactly.
 */
function overlapArea(a: readonly Point[], b: readonly Point[]): number {
  const top = Math.max(lowest(a, 'y'), lowest(b, 'y'));
  const bottom = Math.min(highest(a, 'y'), highest(b, 'y'));
  if (!(top < bottom) || !(Math.max(lowest(a, 'x'), lowest(b, 'x')) < Math.min(highest(a, 'x'), highest(b, 'x'))))
    return 0;
  const sides = [sidesOf(a, top, bottom), sidesOf(b, top, bottom)] as const;
  const heights = new Set([top, bottom]);
  for (const side of sides.flat()) for (const y of [side.top, side.bottom]) if (y > top && y < bottom) heights.add(y);
  for (const y of crossings(...sides)) if (y > top && y < bottom) heights.add(y);
  const steps = [...heights].sort((one, other) => one - other);
  const active = sides.map((all) => new Sweep(all));
  let area = 0;
  for (let at = 1; at < steps.length; at++) {
    const [from, to] = [steps[at - 1] as number, steps[at] as number];
    const [ofA, ofB] = active.map((sweep) => sweep.crossedAt((from + to) / 2)) as [number[], number[]];
    area += sharedWidth(ofA, ofB) * (to - from);
  }
  return area;
}

function sidesOf(corners: readonly Point[], top: number, bottom: number): Side[] {
  const sides: Side[] = [];
  for (const [at, one] of corners.entries()) {
    const other = corners[(at + 1) % corners.length] as Point;
    const [upper, lower] = one.y < other.y ? [one, other] : [other, one];
    if (upper.y === lower.y || lower.y <= top || upper.y >= bottom) continue;
    sides.push({ top: upper.y, bottom: lower.y, x: upper.x, slope: (lower.x - upper.x) / (lower.y - upper.y) });
  }
  return sides.sort((one, other) => one.top - other.top);
}

/** Heights at which a side of one crosses a side of the other. */
function* crossings(a: readonly Side[], b: readonly Side[]): Generator<number> {
  for (const one of a) {
    for (const other of b) {
      if (other.top >= one.bottom) break;
      if (other.bottom <= one.top || one.slope === other.slope) continue;
      const y = (one.x - one.slope * one.top - other.x + other.slope * other.top) / (other.slope - one.slope);
      if (y > Math.max(one.top, other.top) && y < Math.min(one.bottom, other.bottom)) yield y;
    }
  }
}

/** Sides by descending height of a line that sweeps down. */
class Sweep {
  readonly #sides: readonly Side[];
  #next = 0;
  #active: Side[] = [];

  constructor(sides: readonly Side[]) {
    this.#sides = sides;
  }

  /** Where the sides are at a height that is lower than that of the last call, ascending. */
  crossedAt(y: number): number[] {
    for (let side = this.#sides[this.#next]; side !== undefined && side.top < y; side = this.#sides[++this.#next])
      this.#active.push(side);
    this.#active = this.#active.filter(({ bottom }) => bottom > y);
    return this.#active.map(({ top, x, slope }) => x + slope * (y - top)).sort((one, other) => one - other);
  }
}

/** Both are ends of intervals, two for each. */
function sharedWidth(a: readonly number[], b: readonly number[]): number {
  let width = 0;
  for (let i = 1, j = 1; i < a.length && j < b.length; ) {
    const [aEnd, bEnd] = [a[i] as number, b[j] as number];
    width += Math.max(0, Math.min(aEnd, bEnd) - Math.max(a[i - 1] as number, b[j - 1] as number));
    if (aEnd < bEnd) i += 2;
    else j += 2;
  }
  return width;
}

function lowest(corners: readonly Point[], axis: 'x' | 'y'): number {
  return corners.reduce((least, corner) => Math.min(least, corner[axis]), Number.POSITIVE_INFINITY);
}

function highest(corners: readonly Point[], axis: 'x' | 'y'): number {
  return corners.reduce((most, corner) => Math.max(most, corner[axis]), Number.NEGATIVE_INFINITY);
}
