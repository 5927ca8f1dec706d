import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import { blurLook, type PixelLook, type PixelSource, type PixelWant } from './pixel-source.ts';

/** Whoever has the pixels of the page below. Without one everything stays a blur. */
export const PixelContext = createContext<PixelSource | undefined>(undefined);

/** The look of a picture while the component is on screen. */
export function usePixel(want: PixelWant | undefined): PixelLook {
  const pixels = useContext(PixelContext);
  const source = want?.source;
  const ref = want?.ref;
  const variant = want?.variant;
  const watch = useCallback(
    (tell: () => void) =>
      pixels === undefined || source === undefined || ref === undefined || variant === undefined
        ? () => undefined
        : pixels.watch({ source, ref, variant }, tell),
    [pixels, source, ref, variant],
  );
  return useSyncExternalStore(watch, () => (pixels === undefined || want === undefined ? blurLook : pixels.look(want)));
}
