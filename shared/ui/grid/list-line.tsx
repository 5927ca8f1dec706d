import { Check } from 'lucide-react';
import { memo, type ReactElement } from 'react';
import { BlurCanvas } from '../blur/blur-canvas.tsx';
import { OwnImage } from '../pixels/own-image.tsx';
import { PixelImage } from '../pixels/pixel-image.tsx';
import type { PixelWant } from '../pixels/pixel-source.ts';
import { usePixel } from '../pixels/use-pixel.ts';
import { count } from '../words/quantities.ts';
import { visibleText } from '../words/visible-text.ts';
import type { GridTile } from './tile.tsx';

interface ListLineProps {
  index: number;
  total: number;
  top: number;
  height: number;
  tile: GridTile | undefined;
  isCurrent: boolean;
  isSelected: boolean;
}

const thumbAspect = 4 / 3;

/** One item as a line: its picture, its name, its size, its tags, and the cells that its tile carries. */
export const ListLine = memo(function ListLine(props: ListLineProps): ReactElement {
  const { tile, index, isSelected, isCurrent } = props;
  const want: PixelWant | undefined =
    tile?.source === undefined || (tile.error !== undefined && tile.error.asks !== true)
      ? undefined
      : { source: tile.source, ref: tile.ref, variant: 'preview-256' };
  const look = usePixel(want);
  const name = tile === undefined ? `Item ${count(index + 1)}` : visibleText(tile.name);
  const tags = tile?.tags?.map(visibleText).join(', ');
  const spoken = [
    name,
    ...(tile === undefined ? ['not loaded yet'] : [`${count(tile.width)} × ${count(tile.height)}`]),
    ...(tags === undefined ? [] : [`tagged ${tags}`]),
    ...(isSelected ? ['selected'] : []),
  ].join(', ');
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the listbox has the focus and names its current option
    <div
      id={`tile-${index}`}
      data-index={index}
      role="option"
      aria-selected={isSelected}
      aria-setsize={props.total}
      aria-posinset={index + 1}
      aria-label={spoken}
      className={`line list-cols${isCurrent ? ' cur' : ''}`}
      style={{ transform: `translateY(${props.top}px)`, height: props.height }}
    >
      <span className="ck" aria-hidden="true">
        {isSelected && <Check />}
      </span>
      <span className="thumb line-thumb">
        {tile?.blurhash !== undefined && <BlurCanvas hash={tile.blurhash} aspect={thumbAspect} />}
        {want !== undefined && look.state === 'link' && <PixelImage key={look.url} want={want} url={look.url} alt="" />}
        {tile?.picture !== undefined && look.state !== 'link' && <OwnImage key={tile.picture} url={tile.picture} />}
      </span>
      <span className="mono line-name" title={name}>
        <bdi>{name}</bdi>
      </span>
      {tile !== undefined && (
        <>
          <span className="num t2">
            {count(tile.width)} × {count(tile.height)}
          </span>
          <span className="cut t2">{tags}</span>
          {tile.cells?.map((cell, at) => (
            <span key={at} className="cut t2" title={cell}>
              {cell}
            </span>
          ))}
        </>
      )}
      <span className="frame" />
    </div>
  );
});
