import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findFrameProblem, searchShapeProblem } from './check-geometry.ts';
import { searchCrossing, type Vertex } from './find-crossing.ts';
import { readLabel } from './label-input.ts';

/** The end of a search, and in how many steps it was reached. */
function finish<T>(search: Generator<undefined, T>): { found: T; steps: number } {
  for (let steps = 1; ; steps++) {
    const { done, value } = search.next();
    if (done === true) return { found: value, steps };
  }
}
const findCrossing = (outline: readonly Vertex[]) => finish(searchCrossing(outline)).found;

const of = (points: readonly (readonly [number, number])[]): Vertex[] => points.map(([x, y]) => ({ x, y }));

describe('an outline that crosses itself', () => {
  test.each<{ what: string; outline: Vertex[]; crosses: boolean }>([
    { what: 'a square', outline: of([[0, 0], [4, 0], [4, 4], [0, 4]]), crosses: false }, // biome-ignore format: a table
    { what: 'a bow tie', outline: of([[0, 0], [4, 4], [4, 0], [0, 4]]), crosses: true }, // biome-ignore format: a table
    { what: 'a star drawn in one stroke', outline: of([[0, 3], [2, -3], [-3, 1], [3, 1], [-2, -3]]), crosses: true }, // biome-ignore format: a table
    { what: 'two halves that touch at a corner', outline: of([[0, 0], [2, 2], [4, 0], [4, 4], [2, 2], [0, 4]]), crosses: false }, // biome-ignore format: a table
    { what: 'a spike that returns on itself', outline: of([[0, 0], [4, 0], [9, 0], [4, 0], [4, 4], [0, 4]]), crosses: false }, // biome-ignore format: a table
    { what: 'one point many times', outline: of([[1, 1], [1, 1], [1, 1]]), crosses: false }, // biome-ignore format: a table
    { what: 'a line there and back', outline: of([[0.1, 0.1], [0.2, 0.2], [0.3, 0.3]]), crosses: false }, // biome-ignore format: a table
  ])('$what: $crosses', ({ outline, crosses }) => {
    expect(findCrossing(outline) !== undefined).toBe(crosses);
  });

  test('is found wherever a comparison of all pairs finds one', () => {
    const grid = fc.record({ x: fc.integer({ min: 0, max: 9 }), y: fc.integer({ min: 0, max: 9 }) });
    fc.assert(
      fc.property(fc.array(grid, { minLength: 3, maxLength: 14 }), (outline) => {
        expect(findCrossing(outline) !== undefined).toBe(crossesByPairs(outline));
      }),
      { numRuns: 500 },
    );
  });

  test('ten thousand corners around a circle are read in one sweep', () => {
    const round = Array.from({ length: 10_000 }, (_, i) => ({
      x: 500 + 400 * Math.cos((i / 10_000) * 2 * Math.PI),
      y: 500 + 400 * Math.sin((i / 10_000) * 2 * Math.PI),
    }));
    expect(findCrossing(round)).toBeUndefined();
    const [moved] = round.splice(5_000, 1);
    round.splice(10, 0, moved as Vertex);
    expect(findCrossing(round)).toBeDefined();
  });

  test('a comb of ten thousand corners, whose teeth all lie beside each other, is searched in many small steps', () => {
    const teeth = Array.from({ length: 9_998 }, (_, i) => ({ x: i * 0.01 + (i % 2) * 500, y: (i % 2) * 1_000 }));
    const comb = [...teeth, { x: 700, y: 2_000 }, { x: -100, y: 2_000 }];
    const { found, steps } = finish(searchCrossing(comb));
    expect(found).toBeUndefined();
    expect(steps).toBeGreaterThan(20);
    const pulled = comb.with(5_000, { x: -50, y: 900 });
    expect(findCrossing(pulled)).toBeDefined();
  });
});

const box = (geometry: object) => ({ type: 'box', label: 'a', reference_id: 'r', geometry });
const polygon = (vertices: readonly Vertex[]) => ({
  type: 'polygon',
  label: 'a',
  reference_id: 'r',
  geometry: { vertices },
});

test.each<{ what: string; row: unknown; says: RegExp | undefined }>([
  { what: 'a box of no size', row: box({ x: 3, y: 4, width: 0, height: 0 }), says: undefined },
  { what: 'a box a pixel over the edge', row: box({ x: -1, y: 0, width: 12, height: 9 }), says: undefined },
  {
    what: 'a box outside',
    row: box({ x: 5, y: 5, width: 20, height: 1 }),
    says: /reaches from 5, 5 to 25, 6, outside/,
  },
  { what: 'a box without a corner', row: box({ x: 5, width: 20, height: 1 }), says: /^geometry\.y: / },
  { what: 'a box that is negative', row: box({ x: 5, y: 5, width: -1, height: 1 }), says: /^geometry\.width: / },
  { what: 'a box at NaN', row: box({ x: Number.NaN, y: 5, width: 1, height: 1 }), says: /^geometry\.x: / },
  { what: 'a polygon of two', row: polygon(of([[0, 0], [1, 1]])), says: /^geometry\.vertices: / }, // biome-ignore format: a table
  { what: 'a polygon outside', row: polygon(of([[0, 0], [5, 5], [0, 40]])), says: /^geometry\.vertices\.2: lies at 0, 40, outside/ }, // biome-ignore format: a table
  { what: 'a bow tie', row: polygon(of([[0, 0], [4, 4], [4, 0], [0, 4]])), says: /crosses itself, between its edges 0 and 2/ }, // biome-ignore format: a table
  {
    what: 'a polygon of too many corners',
    row: polygon(Array.from({ length: 10_001 }, (_, x) => ({ x: x / 10_001, y: 0 }))),
    says: /^geometry\.vertices: /,
  },
  {
    what: 'key points without names',
    row: { ...box({ keypoints: [{ x: 1, y: 1, visible: true }], names: [] }), type: 'keypoints' },
    says: /^geometry: names: must name every key point/,
  },
  {
    what: 'a mask whose index is no byte',
    row: { type: 'mask', reference_id: 'r', mask_url: 'm.png', annotations: [{ label: 'a', index: 256 }] },
    says: /^annotations\.0\.index: /,
  },
  {
    what: 'no label',
    row: { ...box({ x: 0, y: 0, width: 1, height: 1 }), label: '' },
    says: /^label: must not be empty/,
  },
  { what: 'another type', row: { type: 'sphere', label: 'a', reference_id: 'r' }, says: /^type: is none/ },
  { what: 'no row', row: 7, says: /./ },
])('$what', ({ row, says }) => {
  const { label, problem } = readLabel(row);
  const found =
    problem ??
    (label && (finish(searchShapeProblem(label)).found ?? findFrameProblem(label, { width: 10, height: 8 })));
  if (says === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(says);
});

/** The obvious way, in whole numbers. */
function crossesByPairs(outline: readonly Vertex[]): boolean {
  const side = (a: Vertex, b: Vertex, c: Vertex) => Math.sign((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x));
  const edges = outline.map((from, at) => [from, outline[(at + 1) % outline.length] as Vertex] as const);
  return edges.some(([a, b], first) =>
    edges.some(
      ([c, d], second) => second > first && side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0,
    ),
  );
}
