import type { ReactElement } from 'react';
import { BlurCanvas } from '../blur/blur-canvas.tsx';
import { OwnImage } from '../pixels/own-image.tsx';
import { PixelImage } from '../pixels/pixel-image.tsx';
import { type PixelWant, previewFor } from '../pixels/pixel-source.ts';
import { usePixel } from '../pixels/use-pixel.ts';
import { whyNothing } from '../pixels/why-nothing.ts';

interface ZoomPictureProps {
  source: string | undefined;
  /** Address of the picture, where the page's own server has it. */
  own?: string | undefined;
  referenceId: string;
  width: number;
  height: number;
  blurhash: string | undefined;
  /** Of its record. */
  status?: unknown;
  /** Longer edge on screen, in device pixels: decides which preview is asked for. */
  shownPx: number;
}

/** A picture at the size that it is looked at: its blur, a preview that is always asked for, and a sharper one when zoomed. */
export function ZoomPicture(props: ZoomPictureProps): ReactElement {
  const { source, referenceId, shownPx, blurhash } = props;
  const base: PixelWant | undefined =
    source === undefined ? undefined : { source, ref: referenceId, variant: 'preview-1024' };
  const sharper = shownPx > 1200 ? previewFor(shownPx) : undefined;
  const fine: PixelWant | undefined =
    source === undefined || sharper === undefined ? undefined : { source, ref: referenceId, variant: sharper };
  const [first, second] = [usePixel(base), usePixel(fine)];
  const aspect = props.width / props.height;
  return (
    <>
      {blurhash !== undefined && <BlurCanvas key={blurhash} hash={blurhash} aspect={aspect} />}
      {base !== undefined && first.state === 'link' && (
        <PixelImage key={first.url} want={base} url={first.url} alt="" />
      )}
      {fine !== undefined && second.state === 'link' && (
        <PixelImage key={second.url} want={fine} url={second.url} alt="" />
      )}
      {props.own !== undefined && <OwnImage key={props.own} url={props.own} />}
      {blurhash === undefined && props.own === undefined && first.state !== 'link' && (
        <span className="mid">{whyNothing(first, props.status)}</span>
      )}
    </>
  );
}
