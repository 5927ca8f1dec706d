import { failureCode, failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { PixelContext } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import { PathName } from '@nucleus/shared/ui/words/path-name.tsx';
import { wholePicture, type ZoomState } from '@nucleus/shared/ui/zoom/zoom-state.ts';
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import { Columns2, SearchX } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { navigate, useSearch } from 'wouter/use-browser-location';
import { useDatasets } from '../cloud/lists.ts';
import { PageLink } from '../frame/page-link.tsx';
import { PixelBanner } from '../pixels/pixel-banner.tsx';
import { useDatasetPixels } from '../pixels/use-dataset-pixels.ts';
import { datasetPath, itemPath } from '../route.ts';
import { ComparedPicture } from './compared-picture.tsx';
import { LaidOver, type Overlay, overlays } from './laid-over.tsx';
import { MetadataDifference } from './metadata-difference.tsx';
import { useItem } from './use-item.ts';

const overlayNames: Record<Overlay, string> = { wipe: 'Wipe', blink: 'Blink', difference: 'Difference' };

/** Two items side by side: what is looked at in one is looked at in the other. */
export function ComparePage({ datasetId }: { datasetId: string }): ReactElement {
  const search = new URLSearchParams(useSearch());
  const [a, b] = [search.get('a') ?? '', search.get('b') ?? ''];
  const [first, second] = [useItem(datasetId, a), useItem(datasetId, b)];
  const { pixels, agents } = useDatasetPixels(datasetId);
  const dataset = useDatasets().data?.find((view) => view.dataset_id === datasetId);
  const overlay = overlays.find((how) => how === search.get('as'));
  const [isSynced, setSynced] = useState(true);
  const [zooms, setZooms] = useState<readonly [ZoomState, ZoomState]>([wholePicture, wholePicture]);
  const zoom = (side: 0 | 1, state: ZoomState): void => {
    if (isSynced) setZooms([state, state]);
    else setZooms(side === 0 ? [state, zooms[1]] : [zooms[0], state]);
  };
  const isStored = (item: DatasetItem): boolean =>
    dataset?.privacy_mode === false && item.metadata.source === undefined;
  const showAs = (how: Overlay | undefined): void => {
    const next = new URLSearchParams({ a, b, ...(how === undefined ? {} : { as: how }) });
    navigate(`${location.pathname}?${next}`, { replace: true });
  };
  useKeys({ z: () => setZooms([wholePicture, wholePicture]) });
  useEffect(() => {
    document.title = 'Compare · Nucleus';
  }, []);

  if (a === '' || b === '') {
    return (
      <EmptyState
        icon={Columns2}
        title="Choose two items"
        actions={
          <PageLink to={datasetPath(datasetId)} className="btn lead">
            Find items
          </PageLink>
        }
      >
        <p>Select two items in the grid (X) and press C: they are shown here side by side.</p>
      </EmptyState>
    );
  }
  const failure = first.error ?? second.error;
  if (failure !== null) {
    return (
      <EmptyState icon={SearchX} title="These items cannot be compared">
        <p>
          {failureCode(failure) === 'item-not-found'
            ? 'One of them is not in this dataset any more.'
            : failureSentence(failure)}
        </p>
      </EmptyState>
    );
  }
  return (
    <PixelContext value={pixels}>
      <div className="finder">
        <div className="find-bar page-bar">
          <h2 className="grow">Compare 2</h2>
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a border and a legend */}
          <span className="seg" role="group" aria-label="How they are shown">
            <button type="button" aria-pressed={overlay === undefined} onClick={() => showAs(undefined)}>
              Side by side
            </button>
            {overlays.map((how) => (
              <button key={how} type="button" aria-pressed={overlay === how} onClick={() => showAs(how)}>
                {overlayNames[how]}
              </button>
            ))}
          </span>
          {overlay === undefined && (
            <label className="row g5 sm">
              <input type="checkbox" checked={isSynced} onChange={() => setSynced(!isSynced)} />
              Sync zoom and pan
            </label>
          )}
          <button type="button" className="btn dense" onClick={() => setZooms([wholePicture, wholePicture])}>
            Fit <kbd className="hide-s">Z</kbd>
          </button>
        </div>
        {agents.map((agent) => (
          <PixelBanner key={agent.address.origin} pixels={agent} />
        ))}
        <div className="compare">
          {overlay !== undefined && first.data !== undefined && second.data !== undefined && (
            <LaidOver
              how={overlay}
              first={first.data}
              second={second.data}
              isStored={isStored}
              zoom={zooms[0]}
              onZoom={(state) => setZooms([state, state])}
            />
          )}
          <div className={`compare-pictures${overlay === undefined ? '' : ' names'}`}>
            {[first.data, second.data].map((item, side) => (
              <figure key={side === 0 ? 'a' : 'b'}>
                {item !== undefined && overlay === undefined && (
                  <ComparedPicture
                    item={item}
                    isStored={isStored(item)}
                    zoom={zooms[side === 0 ? 0 : 1]}
                    onZoom={(state) => zoom(side === 0 ? 0 : 1, state)}
                  />
                )}
                <figcaption className="row">
                  <span className="pill sq cl">{side === 0 ? 'A' : 'B'}</span>
                  <PageLink to={itemPath(datasetId, side === 0 ? a : b)} className="mono sm grow">
                    <PathName path={side === 0 ? a : b} />
                  </PageLink>
                </figcaption>
              </figure>
            ))}
          </div>
          {first.data !== undefined && second.data !== undefined && (
            <MetadataDifference first={first.data} second={second.data} />
          )}
        </div>
      </div>
    </PixelContext>
  );
}
