import { BlurCanvas } from '@nucleus/shared/ui/blur/blur-canvas.tsx';
import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { PixelImage } from '@nucleus/shared/ui/pixels/pixel-image.tsx';
import { usePixel } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import {
  afterKey,
  clamped,
  placed,
  type Size,
  wholePicture,
  type ZoomState,
} from '@nucleus/shared/ui/zoom/zoom-state.ts';
import { ZoomView } from '@nucleus/shared/ui/zoom/zoom-view.tsx';
import type { LocalItem } from '@nucleus/shared/wire/local-item';
import { Minus, Plus } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { exceptionWord, hasPreview, isDrawable } from '../files/file-words.ts';

interface ZoomPictureProps {
  file: LocalItem;
  onStep: (by: 1 | -1) => void;
}

const previewPx = 2048;
/** Screen pixels a pixel of the picture from which they are drawn with edges. */
const crispFrom = 2;
const zoomKeys = ['+', '=', '-', '0', '1', 'z', 'arrowup', 'arrowdown'] as const;

/** A picture that can be looked into, with its keys on the whole page, the buttons for them, and the original where the preview ends. */
export function ZoomPicture({ file, onStep }: ZoomPictureProps): ReactElement {
  const [state, setState] = useState<ZoomState>(wholePicture);
  const [box, setBox] = useState<Size>({ width: 0, height: 0 });
  const [shownUrl, setShownUrl] = useState<string>();
  const picture = { width: file.width ?? 4, height: file.height ?? 3 };
  const isWhole = state.scale <= 1;
  const shownWidth = placed(clamped(state, picture, box), picture, box).width;
  const magnified = (shownWidth * devicePixelRatio) / picture.width;

  const hasPixels = hasPreview(file);
  const preview = { source: file.source, ref: file.reference_id, variant: 'preview-2048' as const };
  const original = { source: file.source, ref: file.reference_id, variant: 'original' as const };
  const previewScale = Math.min(1, previewPx / Math.max(picture.width, picture.height));
  const needsOriginal = hasPixels && isDrawable(file.format) && magnified > previewScale * 1.05;
  const small = usePixel(hasPixels ? preview : undefined);
  const large = usePixel(needsOriginal ? original : undefined);

  const act = (key: string) => (): void => {
    const next = afterKey(key, state, picture, box, devicePixelRatio);
    if (next !== undefined) setState(next);
  };
  useKeys({
    ...Object.fromEntries(zoomKeys.map((key) => [key, act(key)])),
    arrowleft: isWhole ? () => onStep(-1) : act('arrowleft'),
    arrowright: isWhole ? () => onStep(1) : act('arrowright'),
  });

  const why = !hasPixels
    ? file.state === 'exception'
      ? exceptionWord(file.exception)
      : (file.no_pixels ?? 'There is nothing to show')
    : 'word' in small
      ? small.word
      : undefined;
  return (
    <>
      <ZoomView
        label={visibleText(file.path)}
        picture={picture}
        state={state}
        onState={setState}
        onBox={setBox}
        isCrisp={magnified >= crispFrom}
      >
        {() => (
          <>
            {file.blurhash !== undefined && shownUrl === undefined && (
              <BlurCanvas hash={file.blurhash} aspect={picture.width / picture.height} />
            )}
            {small.state === 'link' && (
              <PixelImage
                key={small.url}
                want={preview}
                url={small.url}
                alt=""
                onShown={() => setShownUrl(small.url)}
              />
            )}
            {needsOriginal && large.state === 'link' && (
              <PixelImage key={large.url} want={original} url={large.url} alt="" />
            )}
            {why !== undefined && (
              <p className="mid" role="status">
                {why}
              </p>
            )}
          </>
        )}
      </ZoomView>
      <div className="row zoom-tools">
        <button
          type="button"
          className="btn ghost icon-only dense"
          aria-label="Smaller (-)"
          disabled={isWhole}
          onClick={act('-')}
        >
          <Minus className="icon s" aria-hidden="true" />
        </button>
        <span className="sm t2 zoom-scale" role="status">
          {Math.round(magnified * 100)} %
        </span>
        <button type="button" className="btn ghost icon-only dense" aria-label="Larger (+)" onClick={act('+')}>
          <Plus className="icon s" aria-hidden="true" />
        </button>
        <button type="button" className="btn ghost dense" aria-pressed={isWhole} title="Fit (0)" onClick={act('0')}>
          Fit
        </button>
        <button type="button" className="btn ghost dense" title="Pixel for pixel (1)" onClick={act('1')}>
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
