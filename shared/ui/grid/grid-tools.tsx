import { Grid2x2, LayoutGrid, Minus, Plus, Rows3 } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { useKeys } from '../keyboard/use-keys.ts';
import { type GridView, largestTile, smallestTile } from './grid-view.ts';

interface GridToolsProps {
  view: GridView;
  onView: (view: GridView) => void;
  /** The page can show a list as well. */
  hasList?: boolean;
  children: ReactNode;
}

const zoomStep = 24;
const within = (size: number): number => Math.min(largestTile, Math.max(smallestTile, size));

/** The row above a grid: what is counted, modes and zoom. */
export function GridTools({ view, onView, hasList = false, children }: GridToolsProps): ReactElement {
  const zoom = (by: number): void => onView({ ...view, size: within(view.size + by) });
  useKeys({
    '+': () => zoom(zoomStep),
    '=': () => zoom(zoomStep),
    '-': () => zoom(-zoomStep),
    n: () => onView({ ...view, showsNames: !view.showsNames }),
  });
  return (
    <div className="toolbar">
      {children}
      <span className="row end">
        <button
          type="button"
          className="btn ghost dense hide-s"
          aria-pressed={view.showsNames}
          title="Names on, off (N)"
          onClick={() => onView({ ...view, showsNames: !view.showsNames })}
        >
          {view.showsNames ? 'Names on' : 'Names off'}
        </button>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a border and a legend */}
        <span className="seg" role="group" aria-label="Shape of tiles">
          <button
            type="button"
            aria-pressed={view.mode === 'justified'}
            aria-label="Justified"
            title="Justified rows"
            onClick={() => onView({ ...view, mode: 'justified' })}
          >
            <LayoutGrid className="icon s" aria-hidden="true" />
          </button>
          <button
            type="button"
            aria-pressed={view.mode === 'squares'}
            aria-label="Squares"
            title="Squares"
            onClick={() => onView({ ...view, mode: 'squares' })}
          >
            <Grid2x2 className="icon s" aria-hidden="true" />
          </button>
          {hasList && (
            <button
              type="button"
              aria-pressed={view.mode === 'list'}
              aria-label="List"
              title="List"
              onClick={() => onView({ ...view, mode: 'list' })}
            >
              <Rows3 className="icon s" aria-hidden="true" />
            </button>
          )}
        </span>
        <span className="row g2">
          <Minus className="icon s t3" aria-hidden="true" />
          <input
            className="zoom"
            type="range"
            aria-label="Size of tiles, pixels"
            title="Size of tiles (+ and -)"
            min={smallestTile}
            max={largestTile}
            step={8}
            value={view.size}
            onChange={(event) => onView({ ...view, size: within(Number(event.target.value)) })}
          />
          <Plus className="icon s t3" aria-hidden="true" />
        </span>
      </span>
    </div>
  );
}
