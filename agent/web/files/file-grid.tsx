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
import { PixelContext } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { type ReactElement, useRef, useState } from 'react';
import { navigate } from 'wouter/use-hash-location';
import { FilePanel } from '../item/file-panel.tsx';
import { filePath, filesPath } from '../route.ts';
import { type FileTile, ownPixels } from './file-loader.ts';

interface FileGridProps {
  pages: TilePages<FileTile>;
  total: number;
  openKey: string | undefined;
}

const standName = 'files';

/** The grid of files with its tools and, beside it, the open file. */
export function FileGrid({ pages, total, openKey }: FileGridProps): ReactElement {
  const [start] = useState(() => storedStand(standName));
  const [pixels] = useState(ownPixels);
  const [view, setView] = useState(storedView);
  const [current, setCurrent] = useState(Math.min(start.current, total - 1));
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
  const show = (index: number, replace: boolean): void => {
    const next = pages.tile(index);
    if (next !== undefined) navigate(filePath(next.key), { replace });
  };
  const goTo = (index: number): void => {
    setCurrent(index);
    keep({ current: index });
    if (openKey !== undefined) show(index, true);
  };
  const close = (): void => {
    if (openKey === undefined) return;
    navigate(filesPath);
    document.querySelector<HTMLElement>('.grid')?.focus();
  };
  return (
    <PixelContext value={pixels}>
      <div className={`with-panel${openKey === undefined ? '' : ' open'}`}>
        <section className="work" aria-label="Files">
          <GridTools view={view} onView={changeView}>
            <span className="nowrap">
              <b>{count(total)}</b> <span className="t2">{total === 1 ? 'file' : 'files'}</span>
            </span>
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
            onOpen={(index) => show(index, openKey !== undefined)}
            onEscape={close}
            onLeave={(anchor) => keep({ anchor })}
          />
          <SelectionBar selection={selection} total={total} pages={pages} onSelect={setSelection} />
        </section>
        {openKey !== undefined && (
          <FilePanel
            fileKey={openKey}
            file={isOpen ? tile?.file : undefined}
            position={isOpen ? current : undefined}
            total={total}
            onStep={(by) => goTo(Math.min(total - 1, Math.max(0, current + by)))}
            onClose={close}
          />
        )}
      </div>
    </PixelContext>
  );
}
