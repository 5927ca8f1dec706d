/** How a grid is shown and where it stands; kept for the session so that going back finds the place again. */
import type { Selection } from './selection.ts';
import { noneSelected } from './selection.ts';
import type { Anchor } from './use-scroll-window.ts';

export const gridModes = ['justified', 'squares', 'list'] as const;
export type GridMode = (typeof gridModes)[number];

export const smallestTile = 80;
export const largestTile = 320;

export interface GridView {
  mode: GridMode;
  /** Wanted height of a tile, CSS pixels. */
  size: number;
  showsNames: boolean;
}
export interface GridStand {
  anchor: Anchor;
  current: number;
  selection: Selection;
}

const firstStand: GridStand = { anchor: { index: 0, above: 0 }, current: 0, selection: noneSelected };
const firstView: GridView = { mode: 'justified', size: 168, showsNames: true };

function stored(place: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(place) ?? 'null');
  } catch {
    return null;
  }
}

function store(place: string, value: unknown): void {
  try {
    sessionStorage.setItem(place, JSON.stringify(value));
  } catch {
    // Storage may be closed or full: the place is then lost with the page.
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

export function storedView(): GridView {
  const value = stored('nucleus.grid');
  if (!isObject(value)) return firstView;
  const size = Number(value.size);
  return {
    mode: gridModes.find((mode) => mode === value.mode) ?? firstView.mode,
    size: size >= smallestTile && size <= largestTile ? size : firstView.size,
    showsNames: value.showsNames !== false,
  };
}

export function storeView(view: GridView): void {
  store('nucleus.grid', view);
}

/** Where a grid stood when it was left; `name` tells grids apart. */
export function storedStand(name: string): GridStand {
  const value = stored(`nucleus.stand.${name}`);
  if (!isObject(value) || !isObject(value.anchor)) return firstStand;
  const selection = value.selection;
  return {
    anchor: { index: Number(value.anchor.index) || 0, above: Number(value.anchor.above) || 0 },
    current: Number(value.current) || 0,
    selection:
      isObject(selection) && Array.isArray(selection.ranges) ? (selection as unknown as Selection) : noneSelected,
  };
}

export function storeStand(name: string, stand: GridStand): void {
  store(`nucleus.stand.${name}`, stand);
}
