/** Whether a label can be where it says it is. Sentences begin with the field that is wrong. */
import { searchCrossing, type Vertex } from './find-crossing.ts';
import type { LabelInput } from './label-input.ts';

/** How far outside the picture a coordinate may lie, in pixels: tools round, and some count from the middle of a pixel. */
const tolerancePx = 1;

/** Looks for what is wrong with the shape itself, wherever it is; a few milliseconds a step. */
export function* searchShapeProblem(label: LabelInput): Generator<undefined, string | undefined> {
  if (label.type !== 'polygon') return undefined;
  const crossing = yield* searchCrossing(label.geometry.vertices);
  return crossing === undefined
    ? undefined
    : `geometry.vertices: the polygon crosses itself, between its edges ${crossing.first} and ${crossing.second}`;
}

/** What of a label lies outside its item; nothing is outside an item of unknown size, and nothing in space is measured. */
export function findFrameProblem(
  label: LabelInput,
  item: { width: number | null; height: number | null },
): string | undefined {
  if (item.width === null || item.height === null) return undefined;
  const outside = firstOutside(label, { width: item.width, height: item.height });
  return outside && `${outside}, outside the item, which is ${item.width} x ${item.height}`;
}

function firstOutside(label: LabelInput, size: { width: number; height: number }): string | undefined {
  const isOutside = ({ x, y }: Vertex): boolean =>
    x < -tolerancePx || y < -tolerancePx || x > size.width + tolerancePx || y > size.height + tolerancePx;
  switch (label.type) {
    case 'box': {
      const { x, y, width, height } = label.geometry;
      if (!isOutside({ x, y }) && !isOutside({ x: x + width, y: y + height })) return undefined;
      return `geometry: the box reaches from ${x}, ${y} to ${x + width}, ${y + height}`;
    }
    case 'line':
    case 'polygon': {
      const place = label.geometry.vertices.findIndex(isOutside);
      const found = label.geometry.vertices[place];
      return found && `geometry.vertices.${place}: lies at ${found.x}, ${found.y}`;
    }
    case 'keypoints': {
      const place = label.geometry.keypoints.findIndex(
        ({ x, y, visible }) => visible && x != null && y != null && isOutside({ x, y }),
      );
      const found = label.geometry.keypoints[place];
      return found && `geometry.keypoints.${place}: lies at ${found.x}, ${found.y}`;
    }
    default:
      return undefined;
  }
}
