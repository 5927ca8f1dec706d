/** Ties a grid map to a scrolling element: which rows to draw, where, and how the view keeps still while the map settles. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { GridMap, PlacedRow } from './grid-map.ts';
import { boxHeight, isAtWrongEdge, placeAt, type ScrollPlace, scrolledTo } from './scroll-map.ts';

/** A tile and how far its row's top is above the top of the view. */
export interface Anchor {
  index: number;
  above: number;
}

export interface ScrollWindow {
  rows: readonly PlacedRow[];
  /** What to subtract from a row's `y`. */
  offset: number;
  spaceHeight: number;
  /** The tile at the top of the view now. */
  anchor(): Anchor;
  showAnchor(anchor: Anchor): void;
  /** Scrolls as little as needed to show a tile. */
  reveal(index: number): void;
}

const settleMs = 140;
const overscan = 0.6; // screens above and below

export function useScrollWindow(
  scroller: RefObject<HTMLElement | null>,
  map: GridMap,
  mapVersion: number,
  start: Anchor,
): ScrollWindow {
  const place = useRef<ScrollPlace>({ scrollTop: 0, offset: 0 });
  const viewport = useRef(0);
  const anchored = useRef<Anchor>(start);
  const settle = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [drawn, setDrawn] = useState<{ rows: readonly PlacedRow[]; offset: number }>({ rows: [], offset: 0 });

  const draw = useCallback((): void => {
    const virtual = place.current.scrollTop + place.current.offset;
    const seen = viewport.current;
    const rows = map.rowsBetween(virtual - seen * overscan, virtual + seen * (1 + overscan));
    const inView = rows.filter((row) => row.y + row.height > virtual && row.y < virtual + seen);
    const top = inView.find((row) => row.isLoaded) ?? inView[0];
    if (top !== undefined) anchored.current = { index: top.first, above: virtual - top.y };
    const { offset } = place.current;
    setDrawn((old) => {
      const next = keptRows(old.rows, rows);
      return next === old.rows && old.offset === offset ? old : { rows: next, offset };
    });
  }, [map]);

  const put = useCallback(
    (virtual: number): void => {
      place.current = placeAt(virtual, { total: map.height, viewport: viewport.current });
      const element = scroller.current;
      if (element !== null && Math.abs(element.scrollTop - place.current.scrollTop) >= 1) {
        element.scrollTop = place.current.scrollTop;
        // The browser may round: what it says is the truth, so that nothing shifts by a pixel.
        place.current = {
          scrollTop: element.scrollTop,
          offset: place.current.offset + place.current.scrollTop - element.scrollTop,
        };
      }
      draw();
    },
    [map, scroller, draw],
  );

  const showAnchor = useCallback(
    (anchor: Anchor): void => {
      const row = map.rowOf(Math.min(anchor.index, map.total - 1));
      // Before the first measuring there are no rows: the anchor waits.
      if (row !== undefined) put(row.y + Math.min(anchor.above, row.height));
    },
    [map, put],
  );

  // The map is new or has learned: what was in view stays where it is. React has given the space its new height by now.
  // biome-ignore lint/correctness/useExhaustiveDependencies: mapVersion says that the map changed inside
  useLayoutEffect(() => {
    viewport.current = scroller.current?.clientHeight ?? 0;
    showAnchor(anchored.current);
  }, [map, mapVersion, showAnchor, scroller]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    let frame = 0;
    const extent = () => ({ total: map.height, viewport: viewport.current });
    const onScroll = (): void => {
      place.current = scrolledTo(place.current, element.scrollTop, extent());
      clearTimeout(settle.current);
      settle.current = setTimeout(() => put(place.current.scrollTop + place.current.offset), settleMs);
      if (isAtWrongEdge(place.current, extent())) put(place.current.scrollTop + place.current.offset);
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(draw);
    };
    const sized = new ResizeObserver(() => {
      viewport.current = element.clientHeight;
      draw();
    });
    sized.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      element.removeEventListener('scroll', onScroll);
      sized.disconnect();
      cancelAnimationFrame(frame);
      clearTimeout(settle.current);
    };
  }, [map, scroller, draw, put]);

  const reveal = useCallback(
    (index: number): void => {
      const row = map.rowOf(index);
      if (row === undefined) return;
      const virtual = place.current.scrollTop + place.current.offset;
      const margin = Math.min(8, row.y);
      if (row.y - margin < virtual) put(row.y - margin);
      else if (row.y + row.height + 8 > virtual + viewport.current) put(row.y + row.height + 8 - viewport.current);
    },
    [map, put],
  );

  const anchor = useCallback(() => anchored.current, []);
  return { ...drawn, spaceHeight: boxHeight(map.height), anchor, showAnchor, reveal };
}

/** The rows to draw next; one that was drawn already is the same object, so that it is not drawn again. */
function keptRows(old: readonly PlacedRow[], next: readonly PlacedRow[]): readonly PlacedRow[] {
  const before = new Map(old.map((row) => [row.first, row]));
  const rows = next.map((row) => {
    const same = before.get(row.first);
    return same !== undefined && isSameRow(same, row) ? same : row;
  });
  return rows.length === old.length && rows.every((row, at) => row === old[at]) ? old : rows;
}

function isSameRow(a: PlacedRow, b: PlacedRow): boolean {
  return (
    a.y === b.y &&
    a.count === b.count &&
    a.height === b.height &&
    a.isLoaded === b.isLoaded &&
    a.xs.every((x, at) => x === b.xs[at])
  );
}
