import { memo, type ReactElement } from 'react';
import type { PlacedRow } from './grid-map.ts';
import { type GridTile, Tile } from './tile.tsx';
import type { TilePages } from './tile-pages.ts';

interface GridRowProps {
  row: PlacedRow;
  top: number;
  gap: number;
  total: number;
  tiles: TilePages<GridTile>;
  /** Changes when pages have loaded. */
  version: number;
  /** The current tile if it is in this row, else -1. */
  current: number;
  /** `1` for each selected tile. */
  selected: string;
  showsNames: boolean;
}

/** One row of tiles, moved into place as a whole. */
export const GridRow = memo(function GridRow(props: GridRowProps): ReactElement {
  const { row, gap } = props;
  const place = { transform: `translateY(${props.top + gap}px)`, height: row.height };
  // What a dragged scroll bar only passes is one element, not ten for each tile: the places are all that is known of it.
  if (!row.isLoaded && props.current === -1 && !props.selected.includes('1')) {
    const step = (row.xs[1] ?? 0) - (row.xs[0] ?? 0);
    return <div className="grid-row wait" role="presentation" style={{ ...place, backgroundSize: `${step}px 100%` }} />;
  }
  return (
    <div className="grid-row" role="presentation" style={place}>
      {Array.from({ length: row.count }, (_, at) => {
        const index = row.first + at;
        const x = row.xs[at] ?? 0;
        const tile = row.isLoaded ? props.tiles.tile(index) : undefined;
        return (
          <Tile
            key={index}
            index={index}
            total={props.total}
            tile={tile}
            x={x + gap}
            width={(row.xs[at + 1] ?? x) - x - gap}
            height={row.height}
            isSelected={props.selected[at] === '1'}
            isCurrent={index === props.current}
            showsName={props.showsNames}
          />
        );
      })}
    </div>
  );
});
