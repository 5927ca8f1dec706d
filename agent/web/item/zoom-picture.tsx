import { BlurCanvas } from '@nucleus/shared/ui/blur/blur-canvas.tsx';
import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { PixelImage } from '@nucleus/shared/ui/pixels/pixel-image.tsx';
import { usePixel } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { useZoomFrame } from '@nucleus/shared/ui/zoom/use-zoom-frame.ts';
import type { LocalItem } from '@nucleus/shared/wire/local-item';
import { Minus, Plus } from 'lucide-react';
import { type PointerEvent, type ReactElement, useRef, useState } from 'react';
import { exceptionWord, hasPreview, isDrawable } from '../files/file-words.ts';
import { fitted, type Look, panned, zoomedAt } from './zoom.ts';

interface ZoomPictureProps {
  file: LocalItem;
  onStep: (by: 1 | -1) => void;
}

const keyPanPx = 80;
const previewPx = 2048;

/** A picture that fits its box and can be looked into: wheel or + and - zoom, dragging or arrows move, 0 fits, 1 is pixel for pixel. */
export function ZoomPicture({ file, onStep }: ZoomPictureProps): ReactElement {
  const [size, setSize] = useState({ width: 0, height: 0 });
  const picture = { width: file.width ?? 4, height: file.height ?? 3 };
  const [look, setLook] = useState<Look>();
  const drag = useRef<{ x: number; y: number; look: Look }>(undefined);
  const fit = fitted(size, picture);
  const shown = look ?? fit;
  const isFit = look === undefined;

  const hasPixels = hasPreview(file);
  const preview = { source: file.source, ref: file.reference_id, variant: 'preview-2048' as const };
  const original = { source: file.source, ref: file.reference_id, variant: 'original' as const };
  const previewScale = Math.min(1, previewPx / Math.max(picture.width, picture.height));
  const needsOriginal = hasPixels && isDrawable(file.format) && shown.scale * devicePixelRatio > previewScale * 1.05;
  const small = usePixel(hasPixels ? preview : undefined);
  const large = usePixel(needsOriginal ? original : undefined);
  const [shownUrl, setShownUrl] = useState<string>();

  const zoom = (by: number, at = { x: size.width / 2, y: size.height / 2 }): void => {
    const next = zoomedAt(shown, by, at, size, picture);
    setLook(next.scale <= fit.scale ? undefined : next);
  };
  const pan = (x: number, y: number): void => setLook(panned(shown, x, y, size, picture));
  const pixelForPixel = (): void => zoom(1 / devicePixelRatio / shown.scale);
  const box = useZoomFrame({
    onSize: setSize,
    onWheel: (event, at) => zoom(Math.exp(-event.deltaY / (event.ctrlKey ? 100 : 400)), at),
  });
  const arrow = (x: number, y: number, by?: 1 | -1) => (): void => {
    if (!isFit) pan(x * keyPanPx, y * keyPanPx);
    else if (by !== undefined) onStep(by);
  };
  useKeys({
    '+': () => zoom(1.25),
    '=': () => zoom(1.25),
    '-': () => zoom(0.8),
    '0': () => setLook(undefined),
    '1': pixelForPixel,
    z: () => (isFit ? pixelForPixel() : setLook(undefined)),
    arrowleft: arrow(1, 0, -1),
    arrowright: arrow(-1, 0, 1),
    arrowup: arrow(0, 1),
    arrowdown: arrow(0, -1),
  });

  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { x: event.clientX, y: event.clientY, look: shown };
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    const from = drag.current;
    if (from === undefined || isFit) return;
    setLook(panned(from.look, event.clientX - from.x, event.clientY - from.y, size, picture));
  };
  const end = (): void => {
    drag.current = undefined;
  };

  const placed = {
    width: picture.width * shown.scale,
    height: picture.height * shown.scale,
    transform: `translate(${shown.x}px, ${shown.y}px)`,
  };
  const alt = visibleText(file.path);
  const why = !hasPixels
    ? file.state === 'exception'
      ? exceptionWord(file.exception)
      : (file.no_pixels ?? 'There is nothing to show')
    : 'word' in small
      ? small.word
      : undefined;
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the buttons below and the keys do the same */}
      <div
        ref={box}
        className={`zoom-box${isFit ? '' : ' in'}`}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={end}
        onPointerCancel={end}
        onDoubleClick={(event) => {
          const place = event.currentTarget.getBoundingClientRect();
          if (!isFit) setLook(undefined);
          else
            zoom(1 / devicePixelRatio / shown.scale, { x: event.clientX - place.left, y: event.clientY - place.top });
        }}
      >
        <div className={`zoom-picture${shown.scale * devicePixelRatio >= 2 ? ' crisp' : ''}`} style={placed}>
          {file.blurhash !== undefined && shownUrl === undefined && (
            <BlurCanvas hash={file.blurhash} aspect={picture.width / picture.height} />
          )}
          {small.state === 'link' && (
            <PixelImage
              key={small.url}
              want={preview}
              url={small.url}
              alt={alt}
              onShown={() => setShownUrl(small.url)}
            />
          )}
          {needsOriginal && large.state === 'link' && (
            <PixelImage key={large.url} want={original} url={large.url} alt="" />
          )}
        </div>
        {why !== undefined && (
          <p className="zoom-why" role="status">
            {why}
          </p>
        )}
      </div>
      <div className="row zoom-tools">
        <button
          type="button"
          className="btn ghost icon-only dense"
          aria-label="Smaller (-)"
          disabled={isFit}
          onClick={() => zoom(0.8)}
        >
          <Minus className="icon s" aria-hidden="true" />
        </button>
        <span className="sm t2 zoom-scale" role="status">
          {Math.round(shown.scale * devicePixelRatio * 100)} %
        </span>
        <button type="button" className="btn ghost icon-only dense" aria-label="Larger (+)" onClick={() => zoom(1.25)}>
          <Plus className="icon s" aria-hidden="true" />
        </button>
        <button
          type="button"
          className="btn ghost dense"
          aria-pressed={isFit}
          title="Fit (0)"
          onClick={() => setLook(undefined)}
        >
          Fit
        </button>
        <button type="button" className="btn ghost dense" title="Pixel for pixel (1)" onClick={pixelForPixel}>
          1:1
        </button>
        <span className="xs t3 hide-s">
          {needsOriginal
            ? 'original'
            : hasPixels && !isDrawable(file.format)
              ? file.has_poster === true
                ? 'a frame of the video'
                : 'preview: browsers do not draw this format'
              : 'preview'}
        </span>
      </div>
    </>
  );
}
