import { BlurCanvas } from '@nucleus/shared/ui/blur/blur-canvas.tsx';
import { OwnImage } from '@nucleus/shared/ui/pixels/own-image.tsx';
import { PixelImage } from '@nucleus/shared/ui/pixels/pixel-image.tsx';
import { usePixel } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { SimilarItem } from '@nucleus/shared/wire/insights';
import { Minus, Plus } from 'lucide-react';
import type { ReactElement } from 'react';
import { PageLink } from '../frame/page-link.tsx';
import { type Find, itemPath } from '../route.ts';
import { storedPicture } from './stored-picture.ts';

interface SimilarTileProps {
  datasetId: string;
  find: Find;
  tile: SimilarItem['tile'];
  /** How near it is, in a word or two. */
  nearness: string;
  /** Makes it an example or a counter-example; undefined where there can be none. */
  onExample?: ((list: 'like' | 'unlike') => void) | undefined;
}

const heightPx = 78;
const widest = 2.2;
const narrowest = 0.6;

/** One similar item with how near it is; a click opens it. */
export function SimilarTile({ datasetId, find, tile, nearness, onExample }: SimilarTileProps): ReactElement {
  const aspect = Math.min(widest, Math.max(narrowest, tile.w / tile.h));
  const want = tile.s === undefined ? undefined : { source: tile.s, ref: tile.ref, variant: 'preview-256' as const };
  const look = usePixel(want);
  const name = visibleText(tile.ref);
  return (
    <li className="similar-tile" style={{ flexGrow: aspect, flexBasis: aspect * heightPx, height: heightPx }}>
      <PageLink to={itemPath(datasetId, tile.ref, find)} className="thumb" label={`${name}, ${nearness}`}>
        {tile.b !== undefined && <BlurCanvas key={tile.b} hash={tile.b} aspect={aspect} />}
        {want !== undefined && look.state === 'link' && <PixelImage key={look.url} want={want} url={look.url} alt="" />}
        {tile.p === true && <OwnImage url={storedPicture(tile.id, 'preview-256')} />}
        <span className="lab" aria-hidden="true">
          {nearness}
        </span>
      </PageLink>
      {onExample !== undefined && (
        <span className="similar-votes">
          <button
            type="button"
            className="btn icon-only dense"
            aria-label={`More like ${name}`}
            onClick={() => onExample('like')}
          >
            <Plus className="icon s" aria-hidden="true" />
          </button>
          <button
            type="button"
            className="btn icon-only dense"
            aria-label={`Less like ${name}`}
            onClick={() => onExample('unlike')}
          >
            <Minus className="icon s" aria-hidden="true" />
          </button>
        </span>
      )}
    </li>
  );
}
