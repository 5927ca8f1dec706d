/**
 * Which of up to millions of tiles are selected: sorted ranges that do not touch, or everything but such ranges. Pure; never changes
 * a selection in place.
 */
export type Range = readonly [first: number, end: number]; // end is not included
export interface Selection {
  isInverted: boolean;
  ranges: readonly Range[];
}

export const noneSelected: Selection = { isInverted: false, ranges: [] };
export const allSelected: Selection = { isInverted: true, ranges: [] };

function inRanges(ranges: readonly Range[], index: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle] as Range;
    if (index < range[0]) high = middle - 1;
    else if (index >= range[1]) low = middle + 1;
    else return true;
  }
  return false;
}

export function isSelected(selection: Selection, index: number): boolean {
  return inRanges(selection.ranges, index) !== selection.isInverted;
}

export function selectedCount(selection: Selection, total: number): number {
  const listed = selection.ranges.reduce((sum, [first, end]) => sum + Math.min(end, total) - Math.min(first, total), 0);
  return selection.isInverted ? total - listed : listed;
}

function withRange(ranges: readonly Range[], first: number, end: number): Range[] {
  const before = ranges.filter((range) => range[1] < first);
  const after = ranges.filter((range) => range[0] > end);
  const touching = ranges.filter((range) => range[1] >= first && range[0] <= end);
  const start = Math.min(first, ...touching.map((range) => range[0]));
  const stop = Math.max(end, ...touching.map((range) => range[1]));
  return [...before, [start, stop], ...after];
}

function withoutRange(ranges: readonly Range[], first: number, end: number): Range[] {
  return ranges.flatMap(([from, to]): Range[] => {
    const kept: Range[] = [];
    if (from < Math.min(to, first)) kept.push([from, Math.min(to, first)]);
    if (Math.max(from, end) < to) kept.push([Math.max(from, end), to]);
    return kept;
  });
}

/** Selects or clears the tiles from `a` to `b`, both included, in either order. */
export function markRange(selection: Selection, a: number, b: number, isOn: boolean): Selection {
  const first = Math.min(a, b);
  const end = Math.max(a, b) + 1;
  const ranges =
    isOn === selection.isInverted
      ? withoutRange(selection.ranges, first, end)
      : withRange(selection.ranges, first, end);
  return { ...selection, ranges };
}

export function toggled(selection: Selection, index: number): Selection {
  return markRange(selection, index, index, !isSelected(selection, index));
}

/** The selected indices below `total`, in order, at most `limit`. */
export function selectedIndices(selection: Selection, total: number, limit: number): number[] {
  const chosen: number[] = [];
  const spans = selection.isInverted ? withoutRangeAll(total, selection.ranges) : selection.ranges;
  for (const [first, end] of spans) {
    for (let index = first; index < Math.min(end, total); index += 1) {
      if (chosen.length >= limit) return chosen;
      chosen.push(index);
    }
  }
  return chosen;
}

function withoutRangeAll(total: number, ranges: readonly Range[]): Range[] {
  return ranges.reduce<Range[]>((kept, [first, end]) => withoutRange(kept, first, end), [[0, total]]);
}
