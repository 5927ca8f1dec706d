import type { GridTile } from '@nucleus/shared/ui/grid/tile.tsx';
import { TilePages } from '@nucleus/shared/ui/grid/tile-pages.ts';
import { insightEndpoints, type Tile } from '@nucleus/shared/wire/insights';
import type { z } from 'zod';
import { callCloud } from '../cloud/call-cloud.ts';

function gridTile(tile: z.infer<typeof Tile>): GridTile {
  return {
    key: tile.id,
    name: tile.ref,
    ref: tile.ref,
    width: tile.w,
    height: tile.h,
    blurhash: tile.b,
    source: tile.s,
    error: tile.status === 'no-pixels' ? { word: 'Not decodable', code: 'no-pixels' } : undefined,
  };
}

/** The tiles of a dataset in insertion order. */
export function datasetTiles(datasetId: string): TilePages<GridTile> {
  return new TilePages(async (offset, limit, signal) => {
    const page = await callCloud(insightEndpoints.pageTiles, {
      params: { datasetId },
      body: { offset, limit },
      signal,
    });
    return { total: page.total, tiles: page.tiles.map(gridTile) };
  });
}
