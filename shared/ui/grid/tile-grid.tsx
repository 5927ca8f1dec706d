import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { type GridMap, JustifiedMap, pageSize, SquareMap } from './grid-map.ts';
import { GridRow } from './grid-row.tsx';
import type { GridView } from './grid-view.ts';
import { ListLine } from './list-line.tsx';
import { ListMap } from './list-map.ts';
import { moved, stepOf } from './move.ts';
import { clampAspect } from './row-layout.ts';
import {
  allSelected,
  isSelected,
  markRange,
  noneSelected,
  type Selection,
  selectedCount,
  toggled,
} from './selection.ts';
import type { GridTile } from './tile.tsx';
import type { TilePages } from './tile-pages.ts';
import { type Anchor, useScrollWindow } from './use-scroll-window.ts';

interface TileGridProps {
  label: string;
  pages: TilePages<GridTile>;
  total: number;
  view: GridView;
  /** Where to begin; later changes are ignored. */
  start: Anchor;
  current: number;
  selection: Selection;
  /** Whether an item is open beside the grid: the current tile then stays framed and moves with the keys. */
  isOpen: boolean;
  /** Each change brings the current tile into view. */
  jumps?: number;
  /** Keys that mean something else while tiles are selected. */
  selectionKeys?: string;
  onCurrent: (index: number) => void;
  onSelect: (selection: Selection) => void;
  onOpen: (index: number) => void;
  onEscape: () => void;
  /** Told where the grid stood when it is taken off the page. */
  onLeave: (anchor: Anchor) => void;
}

const gap = 3;
const narrowPx = 700;
const wantDelayMs = 40; // a dragged scroll bar passes pages faster than this

/** A grid of up to millions of tiles: a listbox with one tab stop that draws only the rows near the view. */
export function TileGrid(props: TileGridProps): ReactElement {
  const { pages, total, view, current, selection, onLeave } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const known = useRef(new Map<number, Float32Array>());
  const learned = useRef(new Map<number, readonly GridTile[]>());
  const pagesVersion = useSyncExternalStore(pages.subscribe, pages.version);
  const [mapVersion, setMapVersion] = useState(0);
  const map = useMemo<GridMap>(() => {
    const style = { width, target: width < narrowPx ? view.size * 0.68 : view.size, gap };
    if (view.mode === 'list') return new ListMap(total, style, known.current);
    return view.mode === 'squares'
      ? new SquareMap(total, style, known.current)
      : new JustifiedMap(total, style, known.current);
  }, [total, width, view.size, view.mode]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const measure = (): void => setWidth(element.clientWidth - 2 * gap);
    measure();
    const sized = new ResizeObserver(measure);
    sized.observe(element);
    return () => sized.disconnect();
  }, []);

  const scroll = useScrollWindow(scroller, map, mapVersion, props.start);
  const { rows } = scroll;
  const firstSeen = rows[0]?.first ?? props.start.index;
  const lastSeen = rows.at(-1)?.first ?? firstSeen;

  // biome-ignore lint/correctness/useExhaustiveDependencies: pagesVersion says that pages have loaded
  useLayoutEffect(() => {
    let hasLearned = false;
    for (let page = Math.floor(firstSeen / pageSize); page <= Math.floor(lastSeen / pageSize) + 1; page += 1) {
      const tiles = pages.page(page);
      if (tiles === undefined || learned.current.get(page) === tiles) continue;
      learned.current.set(page, tiles);
      const aspects = Float32Array.from(tiles, (tile) => clampAspect(tile.width / tile.height));
      known.current.set(page, aspects);
      map.learn(page, aspects);
      hasLearned = true;
    }
    if (hasLearned) setMapVersion((version) => version + 1);
  }, [pages, pagesVersion, map, firstSeen, lastSeen]);

  useEffect(() => {
    const { near, seen } = pagesAround(firstSeen, lastSeen, total);
    const timer = setTimeout(() => pages.want(near, seen), wantDelayMs);
    return () => clearTimeout(timer);
  }, [pages, firstSeen, lastSeen, total]);

  const leave = useRef<() => void>(undefined);
  useEffect(() => {
    leave.current = () => onLeave(scroll.anchor());
  });
  useEffect(() => () => leave.current?.(), []);

  const { reveal } = scroll;
  // biome-ignore lint/correctness/useExhaustiveDependencies: opening an item narrows the grid; its tile must stay in view
  useLayoutEffect(() => {
    if (props.isOpen) reveal(current);
  }, [props.isOpen, current, width]);

  const { jumps = 0 } = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a jump brings the current tile into view
  useLayoutEffect(() => {
    if (jumps > 0) reveal(current);
  }, [jumps]);

  const goTo = (index: number, extends_: boolean): void => {
    if (extends_) props.onSelect(markRange(markRange(selection, current, current, true), current, index, true));
    props.onCurrent(index);
    reveal(index);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey) return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key === 'a') props.onSelect(allSelected);
      else if (event.key === 'd') props.onSelect(noneSelected);
      else return;
      event.preventDefault();
      return;
    }
    if (props.selectionKeys?.includes(event.key) && selectedCount(selection, total) > 0) return;
    const step = stepOf(event.key);
    if (step !== undefined) goTo(moved(map, current, step, scroller.current?.clientHeight ?? 0), event.shiftKey);
    else if (event.key === 'Enter') props.onOpen(current);
    else if (event.key === ' ' || event.key.toLowerCase() === 'x') props.onSelect(toggled(selection, current));
    else if (event.key === 'Escape' && !props.isOpen && selectedCount(selection, total) > 0)
      props.onSelect(noneSelected);
    else if (event.key === 'Escape') props.onEscape();
    else return;
    event.preventDefault();
  };

  const onClick = (event: MouseEvent): void => {
    const target = event.target instanceof Element ? event.target : null;
    const tile = target?.closest<HTMLElement>('[data-index]');
    if (!tile) return;
    const index = Number(tile.dataset.index);
    if (event.shiftKey) props.onSelect(markRange(selection, current, index, true));
    else if (event.ctrlKey || event.metaKey || target?.closest('.ck')) props.onSelect(toggled(selection, index));
    else props.onOpen(index);
    props.onCurrent(index);
  };

  const isDrawn = rows.some((row) => current >= row.first && current < row.first + row.count);
  return (
    <div
      ref={scroller}
      className={`grid${props.isOpen ? ' keep' : ''}${view.mode === 'list' ? ' lines' : ''}`}
      role="listbox"
      tabIndex={0}
      aria-label={props.label}
      aria-multiselectable="true"
      aria-activedescendant={isDrawn ? `tile-${current}` : undefined}
      onKeyDown={onKeyDown}
      onClick={onClick}
    >
      <div className="grid-space" role="presentation" style={{ height: scroll.spaceHeight }}>
        {view.mode === 'list' &&
          rows.map((row) => (
            <ListLine
              key={row.first}
              index={row.first}
              total={total}
              top={row.y - scroll.offset}
              height={row.height}
              tile={row.isLoaded ? pages.tile(row.first) : undefined}
              isCurrent={current === row.first}
              isSelected={isSelected(selection, row.first)}
            />
          ))}
        {view.mode !== 'list' &&
          rows.map((row) => (
            <GridRow
              key={row.first}
              row={row}
              top={row.y - scroll.offset}
              gap={gap}
              total={total}
              tiles={pages}
              version={pagesVersion}
              current={current >= row.first && current < row.first + row.count ? current : -1}
              selected={selectedBits(selection, row.first, row.count)}
              showsNames={view.showsNames}
            />
          ))}
      </div>
    </div>
  );
}

/** The pages in view, then their neighbours, and how many are in view. */
function pagesAround(first: number, last: number, total: number): { near: number[]; seen: number } {
  const from = Math.floor(first / pageSize);
  const to = Math.floor(last / pageSize);
  const end = Math.ceil(total / pageSize) - 1;
  const isThere = (page: number): boolean => page >= 0 && page <= Math.max(0, end);
  const seen = Array.from({ length: to - from + 1 }, (_, at) => from + at).filter(isThere);
  return { near: [...seen, ...[to + 1, from - 1].filter(isThere)], seen: seen.length };
}

/** Which tiles of a row are selected, as text, so that a row is drawn again only when that changes. */
function selectedBits(selection: Selection, first: number, count: number): string {
  let bits = '';
  for (let at = 0; at < count; at += 1) bits += isSelected(selection, first + at) ? '1' : '0';
  return bits;
}
