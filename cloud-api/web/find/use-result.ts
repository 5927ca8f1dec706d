import type { GridTile } from '@nucleus/shared/ui/grid/tile.tsx';
import type { TilePages } from '@nucleus/shared/ui/grid/tile-pages.ts';
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { type FoundTiles, findTiles } from '../dataset/tile-loader.ts';
import type { Find } from '../route.ts';

export interface Result {
  /** The find whose tiles are shown: the one asked for, or the last that worked. */
  shown: FoundTiles | undefined;
  /** Whether `shown` answers another find than the one asked for. */
  isStale: boolean;
  isRunning: boolean;
  failure: unknown;
  retry: () => void;
  asked: TilePages<GridTile>;
}

/**
 * The tiles of what is asked for. While they come, and when they are refused, the last ones stay. Each find has tiles of its own and
 * what an older one still loads is given up, so a late answer cannot take the place of a newer one.
 * @param length items of the dataset; when it changes, the result is counted anew
 * @param columns metadata fields whose values come along, for a list, joined by line feeds
 */
export function useResult(datasetId: string, find: Find, length: number | undefined, columns: string): Result {
  const { query, sort } = find;
  const field = sort?.field;
  const descending = sort?.descending ?? false;
  const asked = useMemo(
    () =>
      findTiles(
        datasetId,
        { query, sort: field === undefined ? undefined : { field, descending } },
        columns === '' ? [] : columns.split('\n'),
      ),
    [datasetId, query, field, descending, columns],
  );
  const { pages } = asked;
  useSyncExternalStore(pages.subscribe, pages.version);
  const last = useRef<FoundTiles>(undefined);

  useEffect(() => {
    pages.want([0]);
    return () => pages.want([]);
  }, [pages]);
  const counted = useRef(length);
  useEffect(() => {
    if (length === undefined || length === counted.current) return;
    counted.current = length;
    if (query === '' && field === undefined) pages.noteTotal(length);
    else if (pages.total !== undefined) void pages.refreshTotal();
  }, [length, pages, query, field]);

  const hasCome = pages.total !== undefined;
  useEffect(() => {
    if (hasCome) last.current = asked;
  }, [asked, hasCome]);
  const shown = hasCome ? asked : last.current;
  return {
    shown,
    isStale: shown !== asked,
    isRunning: !hasCome && pages.failure === undefined,
    failure: pages.failure,
    retry: () => pages.retry(),
    asked: pages,
  };
}
