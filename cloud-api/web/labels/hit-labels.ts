/** Which label is under a point of the picture. Pure. */
import type { LabelView, Point, Shape } from './label-views.ts';

export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The smallest box around what is drawn of a label; nothing for a mask, which is as large as its picture. */
export function boundsOf(shape: Shape): Bounds | undefined {
  if (shape.kind === 'box') {
    const { x, y, width, height } = shape;
    return { left: x, top: y, right: x + width, bottom: y + height };
  }
  if (shape.kind === 'mask') return undefined;
  const points = shape.kind === 'edges' ? shape.edges.flat() : shape.points;
  if (points.length === 0) return undefined;
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y } of points) {
    bounds.left = Math.min(bounds.left, x);
    bounds.right = Math.max(bounds.right, x);
    bounds.top = Math.min(bounds.top, y);
    bounds.bottom = Math.max(bounds.bottom, y);
  }
  return bounds;
}

/**
 * The label under a point: the smallest of those whose inside or line it meets, so that a box in a box can be reached; a mask only
 * where nothing else is.
 * @param reach how near a line counts, in pixels of the picture
 * @param classAt class of a mask at the point; undefined where it has none
 */
export function labelAt(
  labels: readonly LabelView[],
  at: Point,
  reach: number,
  classAt: (label: LabelView) => string | undefined = () => undefined,
): LabelView | undefined {
  let found: { label: LabelView; size: number } | undefined;
  for (const label of labels) {
    const { shape } = label;
    if (shape === undefined) continue;
    const size = sizeAt(shape, at, reach) ?? (classAt(label) === undefined ? undefined : Number.MAX_VALUE);
    if (size !== undefined && (found === undefined || size < found.size)) found = { label, size };
  }
  return found?.label;
}

/** How large a shape is that meets the point; lines are smaller than every area. */
function sizeAt(shape: Shape, at: Point, reach: number): number | undefined {
  const bounds = boundsOf(shape);
  if (bounds === undefined) return undefined;
  const { left, top, right, bottom } = bounds;
  if (at.x < left - reach || at.x > right + reach || at.y < top - reach || at.y > bottom + reach) return undefined;
  const area = (right - left) * (bottom - top);
  switch (shape.kind) {
    case 'box':
      return area;
    case 'polygon':
      return isInside(shape.points, at) || meetsOutline(shape.points, at, reach, true) ? area : undefined;
    case 'line':
      return meetsOutline(shape.points, at, reach, false) ? 0 : undefined;
    case 'edges':
      return area;
    case 'points': {
      const isNear = shape.points.some((point) => Math.hypot(point.x - at.x, point.y - at.y) <= reach);
      return isNear || shape.bones.some(([from, to]) => distance(at, from, to) <= reach) ? 0 : undefined;
    }
    default:
      return undefined;
  }
}

function meetsOutline(points: readonly Point[], at: Point, reach: number, isClosed: boolean): boolean {
  const last = isClosed ? points.length : points.length - 1;
  for (let i = 0; i < Math.max(1, last); i += 1) {
    const from = points[i];
    const to = points[(i + 1) % points.length];
    if (from !== undefined && to !== undefined && distance(at, from, to) <= reach) return true;
  }
  return false;
}

function distance(at: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, ((at.x - from.x) * dx + (at.y - from.y) * dy) / length));
  return Math.hypot(at.x - from.x - share * dx, at.y - from.y - share * dy);
}

/** By the even-odd rule. */
function isInside(points: readonly Point[], at: Point): boolean {
  let inside = false;
  for (let i = 0, j = points.length - 1; i < points.length; j = i, i += 1) {
    const [a, b] = [points[i], points[j]];
    if (a === undefined || b === undefined || a.y > at.y === b.y > at.y) continue;
    if (at.x < ((b.x - a.x) * (at.y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
}
