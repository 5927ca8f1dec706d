import type { GridTile } from '@nucleus/shared/ui/grid/tile.tsx';
import { PathName } from '@nucleus/shared/ui/words/path-name.tsx';
import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { wholePicture, type ZoomState } from '@nucleus/shared/ui/zoom/zoom-state.ts';
import { ChevronLeft } from 'lucide-react';
import { type KeyboardEvent, type ReactElement, useLayoutEffect, useRef, useState } from 'react';
import { VideoPlayer } from '../video/video-player.tsx';
import { LabelledPicture } from './labelled-picture.tsx';

interface ItemStageProps {
  datasetId: string;
  tile: GridTile;
  position: number;
  total: number;
  onStep: (by: 1 | -1) => void;
  onClose: () => void;
}

/** The open item as large as the page allows, over the grid, which keeps its place. */
export function ItemStage({ datasetId, tile, position, total, onStep, onClose }: ItemStageProps): ReactElement {
  const [zoom, setZoom] = useState<ZoomState>(wholePicture);
  const stage = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => stage.current?.querySelector<HTMLElement>('.zoom-view')?.focus(), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each item is seen whole first
  useLayoutEffect(() => setZoom(wholePicture), [tile.ref]);
  // Taken here and not from the whole page: the panel beside it has keys of its own.
  const keys: Record<string, (() => void) | undefined> = {
    arrowright: () => onStep(1),
    l: () => onStep(1),
    arrowleft: () => onStep(-1),
    h: () => onStep(-1),
    escape: onClose,
    enter: onClose,
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const act = keys[event.key.toLowerCase()];
    const isPressing = event.key === 'Enter' && event.target instanceof HTMLButtonElement;
    const isSliding = event.target instanceof HTMLInputElement && event.key.startsWith('Arrow');
    if (event.defaultPrevented || act === undefined || isPressing || isSliding) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  return (
    <section ref={stage} className="stage" aria-label="Large view" onKeyDown={onKeyDown}>
      <div className="row stage-bar">
        <button type="button" className="btn ghost dense" onClick={onClose}>
          <ChevronLeft className="icon s" aria-hidden="true" />
          Results <kbd className="hide-s">Esc</kbd>
        </button>
        <span className="sm t3 nowrap">
          {count(position + 1)} of {count(total)}
        </span>
        <span className="mono sm grow">
          <PathName path={tile.name} />
        </span>
        {tile.video === undefined && (
          <>
            <span className="sm t3 nowrap hide-s">
              {count(tile.width)} × {count(tile.height)}
              {zoom.scale > 1 && `, ${count(zoom.scale * 100)} % of fit`}
            </span>
            <button
              type="button"
              className="btn dense"
              aria-pressed={zoom.scale > 1}
              title="Wheel or + − to zoom, drag to move"
              onClick={() => setZoom(zoom.scale > 1 ? wholePicture : { ...zoom, scale: 2 })}
            >
              {zoom.scale > 1 ? 'Fit' : 'Zoom'} <kbd className="hide-s">Z</kbd>
            </button>
          </>
        )}
      </div>
      {tile.video !== undefined ? (
        <VideoPlayer key={tile.ref} datasetId={datasetId} referenceId={tile.ref} source={tile.source} />
      ) : (
        <LabelledPicture datasetId={datasetId} tile={tile} zoom={zoom} onZoom={setZoom} />
      )}
    </section>
  );
}
