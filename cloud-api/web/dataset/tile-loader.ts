import type { GridTile } from '@nucleus/shared/ui/grid/tile.tsx';
import { TilePages } from '@nucleus/shared/ui/grid/tile-pages.ts';
import { fieldText } from '@nucleus/shared/ui/words/fields.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { insightEndpoints } from '@nucleus/shared/wire/insights';
import type { Tile } from '@nucleus/shared/wire/tile';
import type { z } from 'zod';
import { callCloud } from '../cloud/call-cloud.ts';
import { storedPicture } from '../item/stored-picture.ts';
import type { Find } from '../route.ts';

/** The tiles of one find, and how long the server took for those asked for last. */
export interface FoundTiles {
  find: Find;
  pages: TilePages<GridTile>;
  tookMs: () => number | undefined;
}

function gridTile(tile: z.infer<typeof Tile>, fields: readonly string[]): GridTile {
  return {
    key: tile.id,
    name: tile.ref,
    ref: tile.ref,
    width: tile.w,
    height: tile.h,
    blurhash: tile.b,
    source: tile.s,
    ...(tile.v === undefined ? {} : { video: { durationMs: tile.v } }),
    picture: tile.p === true ? storedPicture(tile.id, 'preview-256') : undefined,
    tags: tile.t,
    cells: tile.m?.map((value, at) => visibleText(fieldText(fields[at] ?? '', value))),
    error: errorOf(tile),
  };
}

/** What is wrong with a picture; one that is stored is shown although its newer fetch failed. */
function errorOf({ status, a, p }: z.infer<typeof Tile>): GridTile['error'] {
  if (status === 'no-pixels') return { word: 'No preview', code: 'no-pixels', isPlain: true, asks: true };
  if (a === undefined || p === true) return undefined;
  if (a.state === 'error') return { word: 'Not fetched', code: a.code ?? 'error' };
  return { word: 'Being fetched', code: a.state, isPlain: true };
}

/** The tiles of a dataset that meet a query, in its order; without one, in insertion order. */
export function findTiles(datasetId: string, find: Find, fields: readonly string[] = []): FoundTiles {
  let tookMs: number | undefined;
  const pages = new TilePages(async (offset, limit, signal) => {
    const page = await callCloud(insightEndpoints.pageTiles, {
      params: { datasetId },
      body: { offset, limit, query: find.query, sort: find.sort, fields: [...fields] },
      signal,
    });
    tookMs ??= page.took_ms;
    return { total: page.total, tiles: page.tiles.map((tile) => gridTile(tile, fields)) };
  });
  return { find, pages, tookMs: () => tookMs };
}
