/** Whether the outline of a polygon crosses itself. */

export interface Vertex {
  x: number;
  y: number;
}

/** Two edges that cross, each named by its first vertex. */
interface Crossing {
  first: number;
  second: number;
}

const roundingError = Number.EPSILON * 4;

/** Comparisons after which a search lets others have their turn: a few milliseconds. */
const comparisonsPerStep = 500_000;

/**
 * Looks for the first pair of edges that cross properly, a few milliseconds a step. Edges that only touch, or lie on each other, do not
 * cross: tracing tools make both. A sweep along the axis on which the edges are shorter: near linear in pictures' outlines, and in the
 * worst no more than two numbers compared for each pair.
 */
export function* searchCrossing(vertices: readonly Vertex[]): Generator<undefined, Crossing | undefined> {
  const axis = spread(vertices, 'x') < spread(vertices, 'y') ? 'x' : 'y';
  const edges = sortedEdges(vertices, axis);
  const open = new Int32Array(vertices.length);
  const sweep = { edges, open, count: 0 };
  let compared = 0;
  for (let edge = 0; edge < vertices.length; edge++) {
    compared += sweep.count;
    const other = meet(sweep, edge);
    if (other >= 0) {
      const [one, two] = [edges.place[edge] as number, edges.place[other] as number];
      return { first: Math.min(one, two), second: Math.max(one, two) };
    }
    if (compared < comparisonsPerStep) continue;
    compared = 0;
    yield;
  }
  return undefined;
}

/** Closes the edges that lie behind one and opens that one. Answers an open edge that crosses it, or -1. */
function meet(sweep: { edges: Edges; open: Int32Array; count: number }, edge: number): number {
  const { edges, open, count } = sweep;
  const { high, near, far } = edges;
  const begin = edges.low[edge] as number;
  const least = near[edge] as number;
  const most = far[edge] as number;
  let kept = 0;
  for (let at = 0; at < count; at++) {
    const other = open[at] as number;
    if ((high[other] as number) < begin) continue;
    open[kept++] = other;
    if ((near[other] as number) > most || (far[other] as number) < least) continue;
    if (cross(edges, edge, other)) return other;
  }
  open[kept++] = edge;
  sweep.count = kept;
  return -1;
}

/** Edges in the order of the sweep: their ends, their reach along it (`low`, `high`) and across (`near`, `far`). */
type Edges = Record<'fromX' | 'fromY' | 'toX' | 'toY' | 'low' | 'high' | 'near' | 'far', Float64Array> & {
  place: Int32Array;
};

function sortedEdges(vertices: readonly Vertex[], axis: 'x' | 'y'): Edges {
  const next = (place: number): Vertex => vertices[(place + 1) % vertices.length] as Vertex;
  const lows = Float64Array.from(vertices, (from, place) => Math.min(from[axis], next(place)[axis]));
  const place = Int32Array.from(vertices.keys()).sort((a, b) => (lows[a] as number) - (lows[b] as number) || a - b);
  const across = axis === 'x' ? 'y' : 'x';
  const each = (read: (from: Vertex, to: Vertex) => number): Float64Array =>
    Float64Array.from(place, (at) => read(vertices[at] as Vertex, next(at)));
  return {
    place,
    fromX: each((from) => from.x),
    fromY: each((from) => from.y),
    toX: each((_, to) => to.x),
    toY: each((_, to) => to.y),
    low: each((from, to) => Math.min(from[axis], to[axis])),
    high: each((from, to) => Math.max(from[axis], to[axis])),
    near: each((from, to) => Math.min(from[across], to[across])),
    far: each((from, to) => Math.max(from[across], to[across])),
  };
}

/** Length of all edges along an axis, against the extent of the whole on it. */
function spread(vertices: readonly Vertex[], axis: 'x' | 'y'): number {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  let length = 0;
  for (const [place, vertex] of vertices.entries()) {
    const value = vertex[axis];
    least = Math.min(least, value);
    most = Math.max(most, value);
    length += Math.abs(value - (vertices[(place + 1) % vertices.length] as Vertex)[axis]);
  }
  return most === least ? Number.POSITIVE_INFINITY : length / (most - least);
}

function cross({ fromX, fromY, toX, toY }: Edges, a: number, b: number): boolean {
  const ax = fromX[a] as number;
  const ay = fromY[a] as number;
  const bx = toX[a] as number;
  const by = toY[a] as number;
  const cx = fromX[b] as number;
  const cy = fromY[b] as number;
  const dx = toX[b] as number;
  const dy = toY[b] as number;
  return (
    turn(ax, ay, bx, by, cx, cy) * turn(ax, ay, bx, by, dx, dy) < 0 &&
    turn(cx, cy, dx, dy, ax, ay) * turn(cx, cy, dx, dy, bx, by) < 0
  );
}

/** 1 when `x`, `y` lies to the left of the way from `ax`, `ay` to `bx`, `by`, -1 to the right, 0 on it. */
function turn(ax: number, ay: number, bx: number, by: number, x: number, y: number): number {
  const left = (bx - ax) * (y - ay);
  const right = (by - ay) * (x - ax);
  const area = left - right;
  // what is left of equal numbers after rounding is no side
  if (Math.abs(area) <= (Math.abs(left) + Math.abs(right)) * roundingError) return 0;
  return area > 0 ? 1 : -1;
}
