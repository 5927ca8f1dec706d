import { pageSize } from '@nucleus/shared/ui/grid/grid-map.ts';
import { GridTools } from '@nucleus/shared/ui/grid/grid-tools.tsx';
import {
  type GridStand,
  type GridView,
  storedStand,
  storedView,
  storeStand,
  storeView,
} from '@nucleus/shared/ui/grid/grid-view.ts';
import { SelectionBar } from '@nucleus/shared/ui/grid/selection-bar.tsx';
import { TileGrid } from '@nucleus/shared/ui/grid/tile-grid.tsx';
import type { TilePages } from '@nucleus/shared/ui/grid/tile-pages.ts';
import { lazy, type ReactElement, Suspense, useRef, useState } from 'react';
import { navigate } from 'wouter/use-hash-location';
import { type Find, filePath, findPath } from '../route.ts';
import type { FileTile } from './file-loader.ts';

interface FileGridProps {
  pages: TilePages<FileTile>;
  find: Find;
  total: number;
  openKey: string | undefined;
  isWide: boolean;
  /** What is shown is not what was asked for: the query was refused. */
  isDim: boolean;
}

const FilePanel = lazy(async () => ({ default: (await import('../item/file-panel.tsx')).FilePanel }));
const FileView = lazy(async () => ({ default: (await import('../item/file-view.tsx')).FileView }));

/** The grid of files with its tools and, beside it or in its place, the open file. */
export function FileGrid({ pages, find, total, openKey, isWide, isDim }: FileGridProps): ReactElement {
  const standName = `files ${JSON.stringify(find)}`;
  const [start] = useState(() => storedStand(standName));
  const [view, setView] = useState(storedView);
  const [current, setCurrent] = useState(Math.max(0, Math.min(start.current, total - 1)));
  const [selection, setSelection] = useState(start.selection);
  const stand = useRef<GridStand>(start);
  const keep = (change: Partial<GridStand>): void => {
    stand.current = { ...stand.current, ...change };
    storeStand(standName, stand.current);
  };
  const changeView = (next: GridView): void => {
    setView(next);
    storeView(next);
  };
  const tile = pages.tile(current);
  const isOpen = openKey !== undefined && tile?.key === openKey;
  const show = (index: number, replace: boolean, wide = isWide): void => {
    const next = pages.tile(index);
    if (next !== undefined) navigate(filePath(next.key, find, wide), { replace });
  };
  const goTo = (index: number): void => {
    setCurrent(index);
    keep({ current: index });
    pages.want([Math.floor(index / pageSize)]);
    if (openKey !== undefined) show(index, true);
  };
  const close = (): void => {
    if (openKey === undefined) return;
    navigate(findPath(find));
    document.querySelector<HTMLElement>('.grid')?.focus();
  };
  const opened = {
    fileKey: openKey ?? '',
    known: isOpen ? tile?.file : undefined,
    position: isOpen ? current : undefined,
    total,
    onStep: (by: 1 | -1) => goTo(Math.min(total - 1, Math.max(0, current + by))),
  };
  if (openKey !== undefined && isWide) {
    return (
      <Suspense fallback={<div className="work" aria-busy="true" />}>
        <FileView {...opened} onClose={() => navigate(filePath(openKey, find), { replace: true })} />
      </Suspense>
    );
  }
  return (
    <div className={`with-panel${openKey === undefined ? '' : ' open'}`}>
      <section className={`work${isDim ? ' dim' : ''}`} aria-label="Files">
        <GridTools view={view} onView={changeView}>
          {null}
        </GridTools>
        <TileGrid
          label="Files"
          pages={pages}
          total={total}
          view={view}
          start={start.anchor}
          current={Math.min(current, total - 1)}
          selection={selection}
          isOpen={isOpen}
          onCurrent={goTo}
          onSelect={(next) => {
            setSelection(next);
            keep({ selection: next });
          }}
          onOpen={(index) => show(index, openKey !== undefined, openKey !== undefined && index === current && isOpen)}
          onEscape={close}
          onLeave={(anchor) => keep({ anchor })}
        />
        <SelectionBar selection={selection} total={total} pages={pages} onSelect={setSelection} />
      </section>
      {openKey !== undefined && (
        <Suspense fallback={<aside className="panel" aria-busy="true" />}>
          <FilePanel {...opened} onWide={() => navigate(filePath(openKey, find, true))} onClose={close} />
        </Suspense>
      )}
    </div>
  );
}
