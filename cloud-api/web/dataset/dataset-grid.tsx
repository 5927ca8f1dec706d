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
import type { GridTile } from '@nucleus/shared/ui/grid/tile.tsx';
import { TileGrid } from '@nucleus/shared/ui/grid/tile-grid.tsx';
import type { TilePages } from '@nucleus/shared/ui/grid/tile-pages.ts';
import { LevelMark } from '@nucleus/shared/ui/parts/level-mark.tsx';
import { PixelContext } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import { count } from '@nucleus/shared/ui/words/quantities.ts';
import type { DatasetView } from '@nucleus/shared/wire/insights';
import { type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { useAgents } from '../cloud/lists.ts';
import { ItemPanel } from '../item/item-panel.tsx';
import { agentsOfDataset, DatasetPixels, noteHeartbeats } from '../pixels/dataset-pixels.ts';
import { PixelBanner } from '../pixels/pixel-banner.tsx';
import { datasetPath, itemPath } from '../route.ts';

interface DatasetGridProps {
  dataset: DatasetView;
  pages: TilePages<GridTile>;
  total: number;
  referenceId: string | undefined;
}

/** The grid of a dataset with its tools and, beside it, the open item. */
export function DatasetGrid({ dataset, pages, total, referenceId }: DatasetGridProps): ReactElement {
  const id = dataset.dataset_id;
  const [start] = useState(() => storedStand(id));
  const [view, setView] = useState(storedView);
  const [current, setCurrent] = useState(Math.min(start.current, total - 1));
  const [selection, setSelection] = useState(start.selection);
  const stand = useRef<GridStand>(start);
  const agents = useAgents();
  // The lists come anew every few seconds; the pixels change only with what is in them.
  const wiring = JSON.stringify([
    dataset.sources,
    agents.data?.map((agent) => [agent.agent_id, agent.public_url, agent.approved]),
  ]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: wiring stands for both lists
  const byAlias = useMemo(() => agentsOfDataset(dataset.sources, agents.data ?? []), [wiring]);
  useEffect(() => noteHeartbeats(agents.data ?? []), [agents.data]);
  const pixels = useMemo(() => new DatasetPixels(byAlias), [byAlias]);

  const keep = (change: Partial<GridStand>): void => {
    stand.current = { ...stand.current, ...change };
    storeStand(id, stand.current);
  };
  const changeView = (next: GridView): void => {
    setView(next);
    storeView(next);
  };
  const isOpen = referenceId !== undefined && pages.tile(current)?.ref === referenceId;
  const show = (index: number, replace: boolean): void => {
    const tile = pages.tile(index);
    if (tile !== undefined) navigate(itemPath(id, tile.ref), { replace });
  };
  const goTo = (index: number): void => {
    setCurrent(index);
    keep({ current: index });
    if (referenceId !== undefined) show(index, true);
  };
  const close = (): void => {
    if (referenceId === undefined) return;
    navigate(datasetPath(id));
    document.querySelector<HTMLElement>('.grid')?.focus();
  };

  return (
    <PixelContext value={pixels}>
      <div className={`with-panel${referenceId === undefined ? '' : ' open'}`}>
        <section className="work" aria-label={dataset.name}>
          <GridTools view={view} onView={changeView}>
            <span className="nowrap">
              <b>{count(total)}</b> <span className="t2">{total === 1 ? 'item' : 'items'}</span>
            </span>
            {[...new Set(dataset.sources.map((source) => source.level))].map((level) => (
              <LevelMark key={level} level={level} />
            ))}
          </GridTools>
          {[...new Set(byAlias.values())].map((agent) => (
            <PixelBanner key={agent.address.origin} pixels={agent} />
          ))}
          <TileGrid
            label={`Items of ${dataset.name}`}
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
            onOpen={(index) => show(index, referenceId !== undefined)}
            onEscape={close}
            onLeave={(anchor) => keep({ anchor })}
          />
          <SelectionBar selection={selection} total={total} pages={pages} onSelect={setSelection} />
        </section>
        {referenceId !== undefined && (
          <ItemPanel
            dataset={dataset}
            referenceId={referenceId}
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
