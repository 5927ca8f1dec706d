/** Where a key leads in the grid. Pure. */
import type { GridMap, PlacedRow } from './grid-map.ts';

export type Step = 'left' | 'right' | 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last';

const steps: Readonly<Record<string, Step>> = {
  ArrowLeft: 'left',
  h: 'left',
  ArrowRight: 'right',
  l: 'right',
  ArrowUp: 'up',
  k: 'up',
  ArrowDown: 'down',
  j: 'down',
  PageUp: 'page-up',
  PageDown: 'page-down',
  Home: 'first',
  End: 'last',
};

/** The step of a key as `KeyboardEvent.key` names it; letters in either case, for Shift. */
export function stepOf(key: string): Step | undefined {
  return steps[key.length === 1 ? key.toLowerCase() : key];
}

/** The tile that a step from `index` leads to; the same tile at an end. */
export function moved(map: GridMap, index: number, step: Step, viewport: number): number {
  const last = map.total - 1;
  switch (step) {
    case 'left':
      return Math.max(0, index - 1);
    case 'right':
      return Math.min(last, index + 1);
    case 'first':
      return 0;
    case 'last':
      return last;
    case 'up':
    case 'down':
    case 'page-up':
    case 'page-down':
      return acrossRows(map, index, step, viewport);
  }
}

function acrossRows(map: GridMap, index: number, step: Step, viewport: number): number {
  const here = map.rowOf(index);
  if (here === undefined) return index;
  const x = centre(here, index - here.first);
  const there = (): PlacedRow | undefined => {
    if (step === 'up') return map.rowOf(here.first - 1);
    if (step === 'down') return map.rowOf(here.first + here.count);
    const y = step === 'page-up' ? here.y - viewport * 0.9 : here.y + viewport * 0.9;
    const bounded = Math.max(0, Math.min(y, map.height - 1));
    return map.rowsBetween(bounded, bounded)[0] ?? map.rowOf(step === 'page-up' ? 0 : map.total - 1);
  };
  const row = there();
  if (row === undefined) return index;
  let nearest = 0;
  for (let at = 1; at < row.count; at += 1) {
    if (Math.abs(centre(row, at) - x) < Math.abs(centre(row, nearest) - x)) nearest = at;
  }
  return row.first + nearest;
}

function centre(row: PlacedRow, at: number): number {
  return ((row.xs[at] ?? 0) + (row.xs[at + 1] ?? 0)) / 2;
}
