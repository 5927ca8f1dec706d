/** Labels of point clouds in the pictures of cameras. Pure. */
import { boundsOf } from './hit-labels.ts';
import { type LabelView, readLabels, truthLayer } from './label-views.ts';
import { type Camera, type Cuboid, projectCuboid } from './project-cuboid.ts';

/** A label with a place in space. */
export interface SpaceLabel extends LabelView {
  cuboid: Cuboid;
}

/** The annotated cuboids of an item. @param grouped labels by kind, as the routes answer them */
export function readCuboids(grouped: Readonly<Record<string, readonly unknown[]>>): SpaceLabel[] {
  const stored = grouped.cuboid ?? [];
  return readLabels({ cuboid: stored }, truthLayer).map((label, at) => ({
    ...label,
    cuboid: (stored[at] as { geometry: Cuboid }).geometry,
  }));
}

/** Those of which a camera's picture shows a part, as edges in its pixels. */
export function projectLabels(
  cuboids: readonly SpaceLabel[],
  camera: Camera,
  picture: { width: number; height: number },
): LabelView[] {
  return cuboids.flatMap(({ cuboid, ...label }): LabelView[] => {
    const shape = { kind: 'edges', edges: projectCuboid(cuboid, camera) } as const;
    const bounds = boundsOf(shape);
    const isInside =
      bounds !== undefined &&
      bounds.right > 0 &&
      bounds.bottom > 0 &&
      bounds.left < picture.width &&
      bounds.top < picture.height;
    return isInside ? [{ ...label, shape }] : [];
  });
}
