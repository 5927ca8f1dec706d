import type { TilePages } from '@nucleus/shared/ui/grid/tile-pages.ts';
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { Find } from '../route.ts';
import { type FileTile, filePages } from './file-loader.ts';

interface Shown {
  find: Find;
  pages: TilePages<FileTile>;
  tookMs: () => number | undefined;
}

export interface FilesResult {
  /** The last find that has come; undefined before the first. */
  shown: Shown | undefined;
  /** Whether what is shown is not what is asked for. */
  isRunning: boolean;
  failure: unknown;
  retry: () => void;
}

/** The files of a find. Until they have come, those of the find before stay. */
export function useFiles(find: Find, catalogued: number | undefined): FilesResult {
  const key = JSON.stringify(find);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the find
  const asked = useMemo<Shown>(() => ({ find, ...filePages(find) }), [key]);
  const last = useRef<Shown>(undefined);
  const { pages } = asked;
  useSyncExternalStore(pages.subscribe, pages.version);
  useEffect(() => pages.want([0]), [pages]);
  // The counts are newer than the grid: something came or went, so the first page is asked for its total again.
  const counted = useRef(catalogued);
  useEffect(() => {
    if (counted.current !== undefined && catalogued !== undefined && catalogued !== counted.current)
      void pages.refreshTotal();
    counted.current = catalogued;
  }, [catalogued, pages]);
  if (pages.total !== undefined) last.current = asked;
  return {
    shown: last.current,
    isRunning: pages.total === undefined && pages.failure === undefined,
    failure: pages.failure,
    retry: () => pages.retry(),
  };
}
