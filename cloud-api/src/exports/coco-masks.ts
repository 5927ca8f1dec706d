/** Masks as COCO has them: a run-length encoding for each segment. Pure. */
import type { CocoCategories } from './coco-annotation.ts';

/** Values of a mask column by column, as lengths of runs of one value. */
export interface ValueRuns {
  width: number;
  height: number;
  values: ArrayLike<number>;
  lengths: ArrayLike<number>;
}

interface Encoded {
  /** Lengths of runs without and with the value in turn, column by column. */
  counts: number[];
  area: number;
  /** `[x, y, width, height]` of all pixels. */
  bbox: [number, number, number, number];
}

/** An annotation without its number for each segment that has a pixel; equal indexes share their pixels. */
export function toCocoMasks(
  row: { id: string; body: string },
  runs: ValueRuns,
  imageId: number,
  categories: CocoCategories,
): Record<string, unknown>[] {
  const { annotations, annotation_id } = JSON.parse(row.body) as {
    annotations: { label: string; index: number; metadata?: unknown }[];
    annotation_id: string | null;
  };
  const encoded = encode(runs);
  return annotations.flatMap(({ label, index, metadata }) => {
    const found = encoded.get(index);
    if (found === undefined) return [];
    return [
      {
        image_id: imageId,
        category_id: categories.of(label).id,
        iscrowd: 0,
        bbox: found.bbox,
        area: found.area,
        segmentation: { counts: found.counts, size: [runs.height, runs.width] },
        ...(metadata === undefined ? {} : { attributes: metadata }),
        label_id: row.id,
        annotation_id,
      },
    ];
  });
}

/** Every value of a mask. */
function encode({ width, height, values, lengths }: ValueRuns): Map<number, Encoded> {
  const open = new Map<number, { counts: number[]; end: number; area: number; bounds: Bounds }>();
  let start = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    const length = lengths[at] as number;
    const known = open.get(value) ?? { counts: [], end: 0, area: 0, bounds: { ...nothing } };
    known.counts.push(start - known.end, length);
    known.area += length;
    start += length;
    known.end = start;
    widen(known.bounds, start - length, start - 1, height);
    open.set(value, known);
  }
  return new Map(
    Array.from(open, ([value, { counts, end, area, bounds }]) => {
      if (end < width * height) counts.push(width * height - end);
      const { left, top, right, bottom } = bounds;
      return [value, { counts, area, bbox: [left, top, right - left + 1, bottom - top + 1] }];
    }),
  );
}

interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}
const nothing: Bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };

/** Takes in the pixels from `first` to `last`, counted column by column. */
function widen(bounds: Bounds, first: number, last: number, height: number): void {
  const [from, to] = [Math.floor(first / height), Math.floor(last / height)];
  bounds.left = Math.min(bounds.left, from);
  bounds.right = Math.max(bounds.right, to);
  bounds.top = Math.min(bounds.top, from === to ? first % height : 0);
  bounds.bottom = Math.max(bounds.bottom, from === to ? last % height : height - 1);
}
