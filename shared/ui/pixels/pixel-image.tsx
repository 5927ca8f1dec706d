import { type ReactElement, useContext, useEffect, useRef, useState } from 'react';
import type { PixelWant } from './pixel-source.ts';
import { PixelContext } from './use-pixel.ts';

interface PixelImageProps {
  want: PixelWant;
  url: string;
  alt: string;
  /** Called once the picture is in place. */
  onShown?: () => void;
}

/** A picture that fades in over its blur, in place. Leaving the screen stops the load. */
export function PixelImage({ want, url, alt, onShown }: PixelImageProps): ReactElement {
  const pixels = useContext(PixelContext);
  const image = useRef<HTMLImageElement>(null);
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const element = image.current;
    return () => element?.removeAttribute('src');
  }, []);
  return (
    <img
      ref={image}
      src={url}
      alt={alt}
      className={isShown ? 'shown' : ''}
      decoding="async"
      draggable={false}
      referrerPolicy="no-referrer"
      onLoad={() => {
        setShown(true);
        pixels?.worked(want);
        onShown?.();
      }}
      onError={() => pixels?.broke(want, url)}
    />
  );
}
