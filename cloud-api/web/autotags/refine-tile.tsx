import { BlurCanvas } from '@nucleus/shared/ui/blur/blur-canvas.tsx';
import { OwnImage } from '@nucleus/shared/ui/pixels/own-image.tsx';
import { PixelImage } from '@nucleus/shared/ui/pixels/pixel-image.tsx';
import { usePixel } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import { cutMiddle, visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { Check, X } from 'lucide-react';
import type { ReactElement } from 'react';
import { storedPicture } from '../item/stored-picture.ts';
import type { ScoredTile } from './use-scores.ts';

export type Vote = 'yes' | 'no';

interface RefineTileProps {
  /** Its place among the tagged. A press on it, or on one of the two signs, is the grid's to take. */
  place: number;
  item: ScoredTile;
  vote: Vote | undefined;
  isExample: boolean;
  isCurrent: boolean;
}

const spoken: Record<Vote, string> = { yes: 'accepted', no: 'rejected' };
const nameLength = 22;

/** A tagged item with its score; two halves of its foot say yes and no. */
export function RefineTile({ place, item, vote, isExample, isCurrent }: RefineTileProps): ReactElement {
  const { tile, score } = item;
  const want = tile.s === undefined ? undefined : { source: tile.s, ref: tile.ref, variant: 'preview-256' as const };
  const look = usePixel(want);
  const name = visibleText(tile.ref);
  const words = [score.toFixed(2), isExample ? 'an example' : '', vote === undefined ? '' : spoken[vote]];
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the listbox has the focus and names its current option
    <div
      id={`tagged-${place}`}
      data-place={place}
      role="option"
      aria-selected={vote === 'yes'}
      aria-label={[name, ...words.filter((word) => word !== '')].join(', ')}
      className={`refine-tile thumb${isCurrent ? ' cur' : ''}${vote === undefined ? '' : ` ${vote}`}`}
    >
      {tile.b !== undefined && <BlurCanvas key={tile.b} hash={tile.b} aspect={4 / 3} />}
      {want !== undefined && look.state === 'link' && <PixelImage key={look.url} want={want} url={look.url} alt="" />}
      {tile.p === true && <OwnImage url={storedPicture(tile.id, 'preview-256')} />}
      {tile.b === undefined && tile.p !== true && look.state !== 'link' && <span className="mid">No descriptor</span>}
      <span className="refine-score">{score.toFixed(2)}</span>
      {isExample && <span className="refine-example">example</span>}
      <span className="refine-foot" aria-hidden="true">
        <span className="cut">{cutMiddle(name, nameLength)}</span>
        <span className={`refine-vote${vote === 'yes' ? ' on' : ''}`} data-vote="yes">
          <Check className="icon s" />
        </span>
        <span className={`refine-vote no${vote === 'no' ? ' on' : ''}`} data-vote="no">
          <X className="icon s" />
        </span>
      </span>
    </div>
  );
}
