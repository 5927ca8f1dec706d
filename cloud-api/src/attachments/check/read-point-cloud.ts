/** Reads a point cloud as Nucleus' clients write it: JSON with `points`, and where the device stood. Pure. */

/** What a point cloud holds; the highest and lowest coordinates of its points. */
export interface PointCloud {
  points: number;
  min: { x: number; y: number; z: number };
  max: { x: number; y: number; z: number };
  has_intensity: boolean;
}

/** @returns a sentence for what is none */
export function readPointCloud(text: string): PointCloud | string {
  const cloud = parse(text);
  if (typeof cloud !== 'object' || cloud === null || !('points' in cloud) || !Array.isArray(cloud.points))
    return 'The point cloud is no JSON object with a list of points.';
  const points = cloud.points as unknown[];
  if (points.length === 0) return 'The point cloud has no points.';
  for (const name of ['device_position', 'device_heading'] as const) {
    const value = (cloud as Record<string, unknown>)[name];
    if (value != null && !hasNumbers(value, name === 'device_heading' ? ['w', 'x', 'y', 'z'] : ['x', 'y', 'z']))
      return `${name} of the point cloud is not made of numbers.`;
  }
  const min = { x: Number.POSITIVE_INFINITY, y: Number.POSITIVE_INFINITY, z: Number.POSITIVE_INFINITY };
  const max = { x: Number.NEGATIVE_INFINITY, y: Number.NEGATIVE_INFINITY, z: Number.NEGATIVE_INFINITY };
  let hasIntensity = true;
  for (const [at, point] of points.entries()) {
    if (!hasNumbers(point, ['x', 'y', 'z'])) return `Point ${at} of the point cloud has no three coordinates.`;
    for (const axis of ['x', 'y', 'z'] as const) {
      min[axis] = Math.min(min[axis], point[axis]);
      max[axis] = Math.max(max[axis], point[axis]);
    }
    if (!('i' in point)) hasIntensity = false;
    else if (!Number.isFinite(point.i)) return `Point ${at} of the point cloud has no number as its intensity.`;
  }
  return { points: points.length, min, max, has_intensity: hasIntensity };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hasNumbers(
  value: unknown,
  names: readonly string[],
): value is Record<string, number> & Record<'x' | 'y' | 'z', number> {
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => Number.isFinite((value as Record<string, unknown>)[name]))
  );
}
