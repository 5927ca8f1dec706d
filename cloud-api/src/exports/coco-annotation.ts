/** Annotations as COCO has them. Pure. */

interface CocoCategory {
  id: number;
  name: string;
  /** Of key points: their names and the bones between them, counted from 1. */
  keypoints?: string[];
  skeleton?: number[][];
}

/** Classes in the order in which they are met; each gets a number then. */
export class CocoCategories {
  readonly #byName = new Map<string, CocoCategory>();

  of(name: string): CocoCategory {
    const known = this.#byName.get(name) ?? { id: this.#byName.size + 1, name };
    this.#byName.set(name, known);
    return known;
  }

  all(): CocoCategory[] {
    return [...this.#byName.values()];
  }
}

interface Point {
  x: number;
  y: number;
}
interface KeyPoints {
  keypoints: { x: number | null; y: number | null; visible: boolean }[];
  names: string[];
  skeleton: number[][] | null;
}
interface Kept {
  geometry: unknown;
  metadata: unknown;
  annotation_id: string | null;
}

/** An annotation without its number; undefined for a kind that COCO has no place for. */
export function toCocoAnnotation(
  row: { kind: string; label: string; id: string; body: string },
  imageId: number,
  categories: CocoCategories,
): Record<string, unknown> | undefined {
  const kept = JSON.parse(row.body) as Kept;
  const shape = shapeOf(row.kind, kept.geometry);
  if (shape === undefined) return undefined;
  const category = categories.of(row.label);
  if (row.kind === 'keypoints' && category.keypoints === undefined) {
    const { names, skeleton } = kept.geometry as KeyPoints;
    category.keypoints = names;
    category.skeleton = (skeleton ?? []).map((bone) => bone.map((end) => end + 1));
  }
  return {
    image_id: imageId,
    category_id: category.id,
    iscrowd: 0,
    ...shape,
    attributes: kept.metadata,
    label_id: row.id,
    annotation_id: kept.annotation_id,
  };
}

function shapeOf(kind: string, geometry: unknown): Record<string, unknown> | undefined {
  if (kind === 'box') {
    const { x, y, width, height } = geometry as Point & { width: number; height: number };
    return { bbox: [x, y, width, height], area: width * height, segmentation: [] };
  }
  if (kind === 'polygon') {
    const { vertices } = geometry as { vertices: Point[] };
    const segmentation = [vertices.flatMap(({ x, y }) => [x, y])];
    return { bbox: boundsOf(vertices), area: areaOf(vertices), segmentation };
  }
  if (kind !== 'keypoints') return undefined;
  const { keypoints } = geometry as KeyPoints;
  const seen = keypoints.filter((point): point is Point & { visible: boolean } => point.x !== null && point.y !== null);
  const bbox = boundsOf(seen);
  return {
    bbox,
    area: (bbox[2] ?? 0) * (bbox[3] ?? 0),
    segmentation: [],
    // 0 is not labelled, 1 is labelled and hidden, 2 is seen
    keypoints: keypoints.flatMap(({ x, y, visible }) =>
      x === null || y === null ? [0, 0, 0] : [x, y, visible ? 2 : 1],
    ),
    num_keypoints: seen.length,
  };
}

/** `[x, y, width, height]` around points; empty ones have no size. */
function boundsOf(points: readonly Point[]): number[] {
  if (points.length === 0) return [0, 0, 0, 0];
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  return [left, top, right - left, bottom - top];
}

/** Area of a polygon by the shoelace formula. */
function areaOf(vertices: readonly Point[]): number {
  const doubled = vertices.reduce((sum, { x, y }, at) => {
    const next = vertices[(at + 1) % vertices.length] as Point;
    return sum + x * next.y - next.x * y;
  }, 0);
  return Math.abs(doubled) / 2;
}
