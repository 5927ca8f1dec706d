import { type ReactElement, useState } from 'react';

/** A picture that the page's own server has; it fades in over its blur, in place. One that does not load leaves the blur. */
export function OwnImage(props: { url: string; alt?: string; onShown?: () => void }): ReactElement {
  const { url, alt = '', onShown } = props;
  const [isShown, setShown] = useState(false);
  return (
    <img
      src={url}
      alt={alt}
      className={isShown ? 'shown' : ''}
      loading="lazy"
      decoding="async"
      draggable={false}
      onLoad={() => {
        setShown(true);
        onShown?.();
      }}
    />
  );
}
