/** Whether the outline of a polygon crosses itself. */

export interface Vertex {
  x: number;
  y: number;
}

interface Edge {
  place: number;
  from: Vertex;
  to: Vertex;
  low: number;
  high: number;
}

/**
 * The first pair of edges that cross properly, each named by its first vertex. Edges that only touch, or lie on each other, do not
 * cross: tracing tools make both. A sweep along the axis on which the edges are shorter: near linear in pictures' outlines, never worse
 * than comparing all pairs.
 */
export function findCrossing(vertices: readonly Vertex[]): { first: number; second: number } | undefined {
  const axis = spread(vertices, 'x') < spread(vertices, 'y') ? 'x' : 'y';
  const edges = edgesOf(vertices, axis).toSorted((a, b) => a.low - b.low);
  let open: Edge[] = [];
  for (const edge of edges) {
    open = open.filter(({ high }) => high >= edge.low);
    for (const other of open) {
      if (cross(edge, other))
        return { first: Math.min(edge.place, other.place), second: Math.max(edge.place, other.place) };
    }
    open.push(edge);
  }
  return undefined;
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

function edgesOf(vertices: readonly Vertex[], axis: 'x' | 'y'): Edge[] {
  return vertices.map((from, place) => {
    const to = vertices[(place + 1) % vertices.length] as Vertex;
    return { place, from, to, low: Math.min(from[axis], to[axis]), high: Math.max(from[axis], to[axis]) };
  });
}

function cross(a: Edge, b: Edge): boolean {
  return (
    turn(a.from, a.to, b.from) * turn(a.from, a.to, b.to) < 0 &&
    turn(b.from, b.to, a.from) * turn(b.from, b.to, a.to) < 0
  );
}

/** 1 when `c` lies to the left of the way from `a` to `b`, -1 to the right, 0 on it. */
function turn(a: Vertex, b: Vertex, c: Vertex): -1 | 0 | 1 {
  const area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
  // what is left of equal numbers after rounding is no side
  const scale = Math.abs((b.x - a.x) * (c.y - a.y)) + Math.abs((b.y - a.y) * (c.x - a.x));
  if (Math.abs(area) <= scale * Number.EPSILON * 4) return 0;
  return area > 0 ? 1 : -1;
}
