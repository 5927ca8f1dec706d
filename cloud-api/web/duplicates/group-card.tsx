import { BlurCanvas } from '@nucleus/shared/ui/blur/blur-canvas.tsx';
import { OwnImage } from '@nucleus/shared/ui/pixels/own-image.tsx';
import { PixelImage } from '@nucleus/shared/ui/pixels/pixel-image.tsx';
import { usePixel } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import { PathName } from '@nucleus/shared/ui/words/path-name.tsx';
import { bytes, count } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { DuplicateGroup } from '@nucleus/shared/wire/insights';
import { Check, Minus } from 'lucide-react';
import type { ReactElement, Ref } from 'react';
import { PageLink } from '../frame/page-link.tsx';
import { storedPicture } from '../item/stored-picture.ts';
import { itemPath } from '../route.ts';
import type { GroupTile, Suggestion } from './suggest-keep.ts';

interface GroupCardProps {
  datasetId: string;
  number: number;
  group: DuplicateGroup;
  suggestion: Suggestion;
  keep: number;
  isCurrent: boolean;
  isBusy: boolean;
  onKeep: (index: number) => void;
  onAccept: () => void;
  onKeepAll: () => void;
  onCurrent: () => void;
  ref?: Ref<HTMLElement>;
}

/** One group of pictures that look alike, with the one to keep. */
export function GroupCard(props: GroupCardProps): ReactElement {
  const { group, suggestion, keep, number } = props;
  const more = group.size - group.tiles.length;
  return (
    <section
      ref={props.ref}
      className={`card group${props.isCurrent ? ' cur' : ''}`}
      aria-label={`Group ${number}`}
      aria-current={props.isCurrent}
      onPointerDown={props.onCurrent}
    >
      <header>
        <h2>Group {count(number)}</h2>
        <span className={`pill sq${suggestion.kind === 'exact' ? ' cl' : ''}`}>{suggestion.kind}</span>
        <p className="sm t2 grow">
          {keep === suggestion.keep ? suggestion.reason : 'You chose which one to keep.'}
          {more > 0 && ` ${count(more)} more are not shown; they stay undecided.`}
        </p>
        <button type="button" className="btn dense" disabled={props.isBusy} onClick={props.onKeepAll}>
          Keep all {props.isCurrent && <kbd>A</kbd>}
        </button>
        <button type="button" className="btn lead dense" disabled={props.isBusy} onClick={props.onAccept}>
          Accept {props.isCurrent && <kbd>Enter</kbd>}
        </button>
      </header>
      <ul className="in group-tiles">
        {group.tiles.map((tile, at) => (
          <li key={tile.id}>
            <GroupPicture tile={tile} isKept={at === keep} onKeep={() => props.onKeep(at)} />
            <PageLink to={itemPath(props.datasetId, tile.ref)} className="mono sm group-name">
              <PathName path={tile.ref} />
            </PageLink>
            <p className="row xs t3">
              <span>
                {count(tile.w)} × {count(tile.h)}
              </span>
              {tile.byte_size !== undefined && <span>{bytes(tile.byte_size)}</span>}
              <span className="end">
                {suggestion.distances[at]} {suggestion.distances[at] === 1 ? 'bit' : 'bits'}
              </span>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function GroupPicture(props: { tile: GroupTile; isKept: boolean; onKeep: () => void }): ReactElement {
  const { tile, isKept } = props;
  const want = tile.s === undefined ? undefined : { source: tile.s, ref: tile.ref, variant: 'preview-512' as const };
  const look = usePixel(want);
  const name = visibleText(tile.ref);
  return (
    <button
      type="button"
      className={`thumb group-picture${isKept ? ' kept' : ''}`}
      aria-pressed={isKept}
      aria-label={`Keep ${name}`}
      onClick={props.onKeep}
    >
      {tile.b !== undefined && <BlurCanvas hash={tile.b} aspect={tile.w / tile.h} />}
      {want !== undefined && look.state === 'link' && <PixelImage key={look.url} want={want} url={look.url} alt="" />}
      {tile.p === true && <OwnImage url={storedPicture(tile.id, 'preview-1024')} />}
      <span className="group-mark">
        {isKept ? <Check aria-hidden="true" /> : <Minus aria-hidden="true" />}
        {isKept ? 'Keep' : 'Archive'}
      </span>
    </button>
  );
}
