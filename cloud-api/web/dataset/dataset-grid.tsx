import { failureCode, failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { GridTools } from '@nucleus/shared/ui/grid/grid-tools.tsx';
import { type GridView, storedView, storeView } from '@nucleus/shared/ui/grid/grid-view.ts';
import { selectedCount } from '@nucleus/shared/ui/grid/selection.ts';
import { SelectionBar } from '@nucleus/shared/ui/grid/selection-bar.tsx';
import { TileGrid } from '@nucleus/shared/ui/grid/tile-grid.tsx';
import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { Banner } from '@nucleus/shared/ui/parts/banner.tsx';
import { LevelMark } from '@nucleus/shared/ui/parts/level-mark.tsx';
import { PixelContext } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import type { DatasetView } from '@nucleus/shared/wire/insights';
import { CloudOff } from 'lucide-react';
import { type CSSProperties, lazy, type ReactElement, useEffect, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { useFields } from '../cloud/lists.ts';
import { Filters, useFiltersShown, useIsNarrow } from '../find/filters.tsx';
import { FindBar } from '../find/find-bar.tsx';
import { GoTo } from '../find/go-to.tsx';
import { NoResult, RefusedQuery } from '../find/no-result.tsx';
import { isQuery, readFault } from '../find/read-fault.ts';
import { useFind } from '../find/use-find.ts';
import { usePlace } from '../find/use-place.ts';
import { useResult } from '../find/use-result.ts';
import { useStand } from '../find/use-stand.ts';
import { Late } from '../frame/late.tsx';
import { storeColumns, storedColumns, usualColumnsOf } from '../list/list-columns.ts';
import { ListHead } from '../list/list-head.tsx';
import { PixelBanner } from '../pixels/pixel-banner.tsx';
import { useDatasetPixels } from '../pixels/use-dataset-pixels.ts';
import { datasetPagePath, datasetPath, findSearch, itemPath } from '../route.ts';
import { SelectionActions } from '../select/selection-actions.tsx';
import { timeFieldsOf } from '../timeline/time-bins.ts';

// What shows one item comes when the first is opened.
const ItemPanel = lazy(async () => ({ default: (await import('../item/item-panel.tsx')).ItemPanel }));
const Timeline = lazy(async () => ({ default: (await import('../timeline/timeline.tsx')).Timeline }));
const ItemStage = lazy(async () => ({ default: (await import('../item/item-stage.tsx')).ItemStage }));

interface DatasetGridProps {
  dataset: DatasetView;
  referenceId: string | undefined;
}

/** The items of a dataset: what finds them, their grid and, beside it, the open item. */
export function DatasetGrid({ dataset, referenceId }: DatasetGridProps): ReactElement {
  const id = dataset.dataset_id;
  const state = useFind(id, referenceId);
  const { find, change } = state;
  const fields = useFields(id, dataset.length).data;
  const [view, setView] = useState(storedView);
  const changeView = (next: GridView): void => {
    setView(next);
    storeView(next);
  };
  const isList = view.mode === 'list';
  const [chosenColumns, setChosenColumns] = useState(() => storedColumns(id));
  const columns = chosenColumns ?? usualColumnsOf(fields ?? []);
  const result = useResult(id, find, dataset.length, isList ? columns.join('\n') : '');
  const fault = readFault(result.failure);
  // facets read the query: until it is known to be one, they keep to the last that was
  const goodQuery = fault === undefined && isQuery(find.query) ? find.query : (result.shown?.find.query ?? '');
  const setQuery = (query: string): void => change({ ...find, query });
  const isNarrow = useIsNarrow();
  const [showsFilters, setShowsFilters] = useFiltersShown(isNarrow);
  const [isGoing, setGoing] = useState(false);
  const [jumps, setJumps] = useState(0);
  const timeFields = timeFieldsOf(fields ?? []);
  useKeys({
    f: () => setShowsFilters(!showsFilters),
    g: () => setGoing(true),
    m: () => navigate(datasetPagePath(id, 'map') + findSearch({ query: goodQuery })),
  });

  const { pixels, agents } = useDatasetPixels(id);

  const { shown } = result;
  const total = shown?.pages.total;
  const name = `${id}${findSearch(shown?.find ?? find)}`;
  const { stand, keep } = useStand(name);
  const current = Math.max(0, Math.min(stand.current, (total ?? 1) - 1));
  const isCurrent = referenceId !== undefined && shown?.pages.tile(current)?.ref === referenceId;
  const place = usePlace(id, shown?.find ?? find, isCurrent ? undefined : referenceId);
  const isOpen = isCurrent || (referenceId !== undefined && place === current);
  useEffect(() => {
    if (typeof place === 'number') keep({ current: place });
  }, [place, keep]);

  const show = (index: number, replace: boolean): void => {
    const tile = shown?.pages.tile(index);
    if (tile !== undefined) navigate(itemPath(id, tile.ref, find), { replace });
  };
  const goTo = (index: number): void => {
    keep({ current: index });
    if (referenceId !== undefined) show(index, true);
  };
  const [isLarge, setLarge] = useState(false);
  if (isLarge && referenceId === undefined) setLarge(false);
  const openTile = isOpen ? shown?.pages.tile(current) : undefined;
  const closeLarge = (): void => {
    setLarge(false);
    document.querySelector<HTMLElement>('.grid')?.focus();
  };
  const step = (by: 1 | -1): void => goTo(Math.min((total ?? 1) - 1, Math.max(0, current + by)));
  const close = (): void => {
    if (referenceId === undefined) return;
    navigate(datasetPath(id, find));
    document.querySelector<HTMLElement>('.grid')?.focus();
  };

  return (
    <PixelContext value={pixels}>
      <div className="finder">
        <FindBar
          datasetId={id}
          state={state}
          fields={fields}
          fault={fault}
          isRunning={result.isRunning}
          total={total}
          isStale={result.isStale}
          tookMs={shown?.tookMs()}
          showsFilters={showsFilters}
          onFilters={() => setShowsFilters(!showsFilters)}
        />
        <div className={showsFilters && !isNarrow ? 'with-side' : 'with-side off'}>
          {showsFilters && (
            <Filters
              datasetId={id}
              fields={fields}
              query={goodQuery}
              isNarrow={isNarrow}
              onQuery={setQuery}
              onClose={() => setShowsFilters(false)}
            />
          )}
          <div className={`with-panel${referenceId === undefined ? '' : ' open'}`}>
            <section
              className={`work${fault === undefined ? '' : ' dim'}`}
              aria-label={dataset.name}
              style={{ '--cells': columns.length } as CSSProperties}
            >
              <GridTools view={view} onView={changeView} hasList>
                {[...new Set(dataset.sources.map((source) => source.level))].map((level) => (
                  <LevelMark key={level} level={level} />
                ))}
              </GridTools>
              {agents.map((agent) => (
                <PixelBanner key={agent.address.origin} pixels={agent} />
              ))}
              {result.failure !== undefined && fault === undefined && (
                <Banner
                  tone="w"
                  icon={CloudOff}
                  title={failureCode(result.failure) === 'network' ? 'Some tiles did not load.' : 'This did not work.'}
                  actions={
                    <button type="button" className="btn dense" onClick={result.retry}>
                      Retry now
                    </button>
                  }
                >
                  {failureSentence(result.failure)}
                </Banner>
              )}
              {isList && (total ?? 0) > 0 && (
                <ListHead
                  columns={columns}
                  fields={fields ?? []}
                  sort={find.sort}
                  onSort={(sort) => change({ ...find, sort })}
                  onColumns={(next) => {
                    setChosenColumns(next);
                    storeColumns(id, next);
                  }}
                />
              )}
              {shown === undefined || total === undefined ? (
                fault === undefined ? (
                  <div className="work" aria-busy={result.isRunning} />
                ) : (
                  <RefusedQuery onShowAll={() => change({ query: '' })} />
                )
              ) : total === 0 ? (
                <NoResult query={shown.find.query} onQuery={setQuery} />
              ) : (
                <TileGrid
                  key={name}
                  label={`Items of ${dataset.name}`}
                  pages={shown.pages}
                  total={total}
                  view={view}
                  start={stand.anchor}
                  current={current}
                  selection={stand.selection}
                  isOpen={isOpen}
                  jumps={jumps}
                  selectionKeys="l"
                  onCurrent={goTo}
                  onSelect={(selection) => keep({ selection })}
                  onOpen={(index) => {
                    if (isOpen && index === current) setLarge(true);
                    else show(index, referenceId !== undefined);
                  }}
                  onEscape={close}
                  onLeave={(anchor) => keep({ anchor }, name)}
                />
              )}
              {timeFields.length > 0 && fault === undefined && (
                <Late fallback={<div className="timeline-room" />}>
                  <Timeline datasetId={id} fields={timeFields} query={goodQuery} onQuery={setQuery} />
                </Late>
              )}
              {shown !== undefined && total !== undefined && (
                <SelectionBar
                  selection={stand.selection}
                  total={total}
                  pages={shown.pages}
                  onSelect={(selection) => keep({ selection })}
                >
                  <SelectionActions
                    datasetId={id}
                    selection={stand.selection}
                    total={total}
                    pages={shown.pages}
                    query={shown.find.query}
                    onChanged={() => shown.pages.reload()}
                  />
                </SelectionBar>
              )}
              {isLarge && openTile !== undefined && (
                <Late fallback={<div className="stage" aria-busy="true" />}>
                  <ItemStage
                    datasetId={id}
                    tile={openTile}
                    position={current}
                    total={total ?? 0}
                    onStep={step}
                    onClose={closeLarge}
                  />
                </Late>
              )}
            </section>
            {referenceId !== undefined && (
              <Late fallback={<aside className="panel" aria-label="Details" aria-busy="true" />}>
                <ItemPanel
                  dataset={dataset}
                  referenceId={referenceId}
                  position={isOpen ? current : undefined}
                  total={total ?? 0}
                  isSelecting={selectedCount(stand.selection, total ?? 0) > 0}
                  onChanged={() => shown?.pages.reload()}
                  onStep={step}
                  onLarge={openTile === undefined ? undefined : () => setLarge(true)}
                  onClose={close}
                />
              </Late>
            )}
          </div>
        </div>
        {isGoing && (
          <GoTo
            datasetId={id}
            total={total ?? 0}
            onItem={(ref) => navigate(itemPath(id, ref, find))}
            onPlace={(place) => {
              goTo(place);
              setJumps(jumps + 1);
            }}
            onQuery={setQuery}
            onClose={() => setGoing(false)}
          />
        )}
      </div>
    </PixelContext>
  );
}
