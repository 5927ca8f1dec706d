import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { ZoomState } from '@nucleus/shared/ui/zoom/zoom-state.ts';
import { ZoomView } from '@nucleus/shared/ui/zoom/zoom-view.tsx';
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import { type CSSProperties, type ReactElement, useState } from 'react';
import { ComparedPixels, sizeOf } from './compared-picture.tsx';

export const overlays = ['wipe', 'blink', 'difference'] as const;
export type Overlay = (typeof overlays)[number];

interface LaidOverProps {
  how: Overlay;
  first: DatasetItem;
  second: DatasetItem;
  isStored: (item: DatasetItem) => boolean;
  zoom: ZoomState;
  onZoom: (zoom: ZoomState) => void;
}

/** Two items in one place, B over A and as large: wiped off, switched by a key, or as what differs between them. */
export function LaidOver({ how, first, second, isStored, zoom, onZoom }: LaidOverProps): ReactElement {
  const [percent, setPercent] = useState(50);
  const [showsSecond, setShowsSecond] = useState(true);
  const flip = (): void => setShowsSecond(!showsSecond);
  useKeys(how === 'blink' ? { b: flip } : {});
  const name = (item: DatasetItem): string => visibleText(item.reference_id);
  const looks: Record<Overlay, CSSProperties> = {
    wipe: { clipPath: `inset(0 0 0 ${percent}%)` },
    blink: { visibility: showsSecond ? 'visible' : 'hidden' },
    difference: { mixBlendMode: 'difference', background: 'none' },
  };
  return (
    <div className="laid-over">
      <ZoomView label={`${name(first)} under ${name(second)}`} picture={sizeOf(first)} state={zoom} onState={onZoom}>
        {(shownPx) => (
          <>
            <ComparedPixels item={first} isStored={isStored(first)} shownPx={shownPx} />
            <span className="laid-top" style={looks[how]}>
              <ComparedPixels item={second} isStored={isStored(second)} shownPx={shownPx} />
            </span>
            {how === 'wipe' && <span className="wipe-line" style={{ left: `${percent}%` }} />}
          </>
        )}
      </ZoomView>
      {how === 'wipe' && (
        <label className="row laid-bar sm">
          <span className="pill sq cl">A</span>
          <input
            className="zoom grow"
            type="range"
            min={0}
            max={100}
            value={percent}
            aria-label="How much of A is shown, percent"
            onChange={({ target }) => setPercent(Number(target.value))}
          />
          <span className="pill sq cl">B</span>
        </label>
      )}
      {how === 'blink' && (
        <div className="row laid-bar sm">
          <button type="button" className="btn dense" onClick={flip}>
            Show {showsSecond ? 'A' : 'B'} <kbd>B</kbd>
          </button>
          <span className="t2" role="status">
            {showsSecond ? 'B' : 'A'} is shown
          </span>
        </div>
      )}
      {how === 'difference' && (
        <p className="laid-bar sm t2">Black where both are the same, bright where they differ.</p>
      )}
    </div>
  );
}
