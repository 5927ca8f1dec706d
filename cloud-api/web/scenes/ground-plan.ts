/** What is drawn of a frame from above: extents, ground plans and a scale, in the units of the scene. Pure. */
import type { PointCloudSummary } from '@nucleus/shared/wire/scenes';
import type { Point } from '../labels/label-views.ts';
import { type Camera, footprint } from '../labels/project-cuboid.ts';
import type { SpaceLabel } from '../labels/project-labels.ts';

export interface GroundPlan {
  left: number;
  bottom: number;
  width: number;
  height: number;
  /** Distance of the lines of the scale. */
  step: number;
  /** What the points cover, where that is known. */
  extent: { x: number; y: number; width: number; height: number } | undefined;
}

const margin = 0.08;
const lines = 8;

/** The smallest plan that holds everything; undefined when there is nothing to draw. */
export function planOf(
  summary: PointCloudSummary | undefined,
  cuboids: readonly SpaceLabel[],
  cameras: readonly Camera[],
): GroundPlan | undefined {
  const { min, max } = summary ?? { min: null, max: null };
  const points: Point[] = cuboids.flatMap(({ cuboid }) => footprint(cuboid));
  if (min !== null && max !== null) points.push(min, max);
  if (points.length === 0) return undefined;
  points.push(...cameras.map(({ position }) => position));
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const span = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys), 1);
  const pad = span * margin;
  return {
    left: Math.min(...xs) - pad,
    bottom: Math.min(...ys) - pad,
    width: Math.max(...xs) - Math.min(...xs) + 2 * pad,
    height: Math.max(...ys) - Math.min(...ys) + 2 * pad,
    step: niceStep(span / lines),
    extent:
      min === null || max === null ? undefined : { x: min.x, y: min.y, width: max.x - min.x, height: max.y - min.y },
  };
}

/** 1, 2 or 5 times a power of ten, the next that is not smaller. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((times) => times * power).find((step) => step >= least * 0.999) ?? power;
}

/** Multiples of a step within a span. */
export function ticks(from: number, length: number, step: number): number[] {
  const first = Math.ceil(from / step);
  const last = Math.floor((from + length) / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => (first + at) * step);
}

/** Which way a camera looks on the ground, as an angle from the x axis. */
export function bearing({ heading: { w, x, y, z } }: Camera): number {
  // its z axis, turned into the world
  return Math.atan2(2 * (y * z - w * x), 2 * (x * z + w * y));
}
