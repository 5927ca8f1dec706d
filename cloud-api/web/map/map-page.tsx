import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { count, counted } from '@nucleus/shared/ui/words/quantities.ts';
import { CloudOff, MapPinOff, Minus, Plus } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { navigate, useSearch } from 'wouter/use-browser-location';
import { PageLink } from '../frame/page-link.tsx';
import { datasetPagePath, datasetPath, findSearch, readFind } from '../route.ts';
import {
  boxInView,
  clampStand,
  grainFor,
  type MapSize,
  type MapStand,
  wholeWorld,
  withBox,
  zoomMap,
} from './map-stand.ts';
import { useMap } from './use-map.ts';
import { WorldMap } from './world-map.tsx';

const unmeasured: MapSize = { width: 1000, height: 500 };

/** Where the items of a query were taken. A box drawn on it becomes part of the query. */
export function MapPage({ datasetId }: { datasetId: string }): ReactElement {
  const find = readFind(useSearch());
  const [size, setSize] = useState(unmeasured);
  const [stand, setStand] = useState<MapStand>();
  const [isBoxing, setBoxing] = useState(false);
  const seen = stand === undefined ? wholeWorld(size) : clampStand(stand, size);
  const grain = grainFor(seen);
  const map = useMap(datasetId, find.query, boxInView(seen, size), grain);
  const middle = { x: size.width / 2, y: size.height / 2 };
  useEffect(() => {
    document.title = 'Map · Nucleus';
  }, []);
  useKeys({
    b: () => setBoxing(!isBoxing),
    z: () => setStand(undefined),
    m: () => navigate(datasetPath(datasetId, find)),
  });
  const run = (query: string): void => navigate(datasetPagePath(datasetId, 'map') + findSearch({ query }));

  if (map.data === undefined) {
    if (!map.isError) return <div className="work" aria-busy="true" />;
    return (
      <EmptyState
        icon={CloudOff}
        title="The map did not load"
        actions={
          <button type="button" className="btn lead" onClick={() => run('')}>
            Show everything
          </button>
        }
      >
        <p>{failureSentence(map.error)}</p>
      </EmptyState>
    );
  }
  const { inside, outside, missing, buckets, took_ms: tookMs } = map.data;
  if (inside + outside === 0 && find.query === '') {
    return (
      <EmptyState
        icon={MapPinOff}
        title="No item has a position"
        actions={<PageLink to={datasetPath(datasetId)}>Back to the items</PageLink>}
      >
        <p>
          Positions leave the agent only at the level rich, rounded to its grain. Items appended by the API are placed
          by their fields lat and lon.
        </p>
      </EmptyState>
    );
  }
  return (
    <div className="finder">
      <div className="find-bar page-bar">
        <p className="groups-words">
          <b>{counted(inside, 'item')}</b>{' '}
          <span className="t2">
            in view{outside > 0 && `, ${count(outside)} elsewhere`}
            {missing > 0 && `, ${count(missing)} without a position`} in {Math.max(1, Math.round(tookMs))} ms
          </span>
        </p>
        {find.query !== '' && (
          <span className="row g2 sm">
            <code className="cut">{find.query}</code>
            <button type="button" className="btn ghost dense" onClick={() => run('')}>
              Clear
            </button>
          </span>
        )}
        <span className="seg">
          <button type="button" aria-pressed={!isBoxing} onClick={() => setBoxing(false)}>
            Move
          </button>
          <button type="button" aria-pressed={isBoxing} onClick={() => setBoxing(true)}>
            Box <kbd className="hide-s">B</kbd>
          </button>
        </span>
        <PageLink to={datasetPath(datasetId, find)} className="btn lead">
          Open as grid
        </PageLink>
      </div>
      <div className="world-frame">
        <WorldMap
          buckets={buckets}
          grain={grain}
          stand={stand}
          size={size}
          isBoxing={isBoxing}
          onSize={setSize}
          onStand={setStand}
          onBox={(box) => {
            setBoxing(false);
            run(withBox(find.query, box));
          }}
        />
        <div className="world-zoom">
          <button
            type="button"
            className="btn icon-only"
            aria-label="Zoom in"
            onClick={() => setStand(zoomMap(seen, 1.6, middle, size))}
          >
            <Plus className="icon" aria-hidden="true" />
          </button>
          <button
            type="button"
            className="btn icon-only"
            aria-label="Zoom out"
            onClick={() => setStand(zoomMap(seen, 1 / 1.6, middle, size))}
          >
            <Minus className="icon" aria-hidden="true" />
          </button>
        </div>
      </div>
    </div>
  );
}
