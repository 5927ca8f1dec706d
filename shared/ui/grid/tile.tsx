import { Check, CloudOff, EyeOff, ImageOff, type LucideIcon, Play, ShieldAlert, Tag } from 'lucide-react';
import { memo, type ReactElement, useState } from 'react';
import { meanColor } from '../blur/blur-cache.ts';
import { BlurCanvas } from '../blur/blur-canvas.tsx';
import { OwnImage } from '../pixels/own-image.tsx';
import { PixelImage } from '../pixels/pixel-image.tsx';
import { type PixelLook, type PixelWant, previewFor } from '../pixels/pixel-source.ts';
import { usePixel } from '../pixels/use-pixel.ts';
import { count, runningTime } from '../words/quantities.ts';
import { cutMiddle, visibleText } from '../words/visible-text.ts';

/** A tile as both pages' grids draw it. */
export interface GridTile {
  key: string;
  /** The item's name: a path or a pseudonym, as it came. */
  name: string;
  ref: string;
  width: number;
  height: number;
  blurhash?: string | undefined;
  /** Alias of the source whose agent has the pixels. */
  source?: string | undefined;
  /** Set when it is a video; 0 for an unknown duration. */
  video?: { durationMs: number } | undefined;
  /** Address of its picture, where the page's own server has it. */
  picture?: string | undefined;
  /** What a list shows of it beside its name, column by column. */
  cells?: readonly string[] | undefined;
  /** Words that the team put on it. */
  tags?: readonly string[] | undefined;
  /**
   * Set when the item gets no pixels: it is in error, or, `isPlain`, there are none to get; `asks` when whoever has the file may still know a
   * picture of it, or says why there is none.
   */
  error?: { word: string; code: string; isPlain?: boolean; asks?: boolean } | undefined;
}

interface TileProps {
  index: number;
  total: number;
  tile: GridTile | undefined;
  x: number;
  width: number;
  height: number;
  isSelected: boolean;
  isCurrent: boolean;
  showsName: boolean;
}

type TileState = 'wait' | 'pixel' | 'blur' | 'load' | 'blocked' | 'offline' | 'err' | 'miss' | 'none';
interface Sign {
  icon: LucideIcon;
  word: string;
  small?: string | undefined;
}

const spoken: Record<TileState, string> = {
  wait: 'not loaded yet',
  pixel: 'pixels shown',
  blur: 'blur placeholder',
  load: 'pixels loading',
  blocked: 'blocked by browser',
  offline: 'agent offline',
  err: 'error',
  miss: 'no pixels',
  none: 'no descriptor',
};

function stateOf(tile: GridTile | undefined, look: PixelLook, shownUrl: string | undefined): TileState {
  if (tile === undefined) return 'wait';
  if (tile.error !== undefined && look.state !== 'link') return tile.error.isPlain === true ? 'miss' : 'err';
  if (look.state === 'link') return shownUrl === look.url ? 'pixel' : 'load';
  if (tile.picture !== undefined) return shownUrl === tile.picture ? 'pixel' : 'load';
  if (look.state === 'error') return 'miss';
  if (look.state === 'blur') return tile.blurhash === undefined ? 'none' : 'blur';
  return look.state;
}

function signOf(state: TileState, tile: GridTile | undefined, look: PixelLook): Sign | undefined {
  if (state === 'blocked' || state === 'offline') {
    const icon = state === 'blocked' ? ShieldAlert : CloudOff;
    return { icon, word: 'word' in look ? look.word : spoken[state] };
  }
  if (state === 'err' || state === 'miss') {
    const named = look.state === 'error' ? look : tile?.error;
    return { icon: ImageOff, word: named?.word ?? 'Error', small: named?.code };
  }
  if (state === 'none' && tile !== undefined) {
    return { icon: EyeOff, word: 'No descriptor', small: `${count(tile.width)} × ${count(tile.height)}` };
  }
  return undefined;
}

const monoCharPx = 6.4; // width of a character of the label

/** One picture of the grid. Its box never changes with its state. */
export const Tile = memo(function Tile(props: TileProps): ReactElement {
  const { tile, index, x, width, height, isSelected, isCurrent } = props;
  const pixels = Math.max(width, height) * Math.min(devicePixelRatio, 2);
  const want: PixelWant | undefined =
    tile?.source === undefined || (tile.error !== undefined && tile.error.asks !== true)
      ? undefined
      : { source: tile.source, ref: tile.ref, variant: previewFor(pixels) };
  const look = usePixel(want);
  const [shownUrl, setShownUrl] = useState<string>();
  const state = stateOf(tile, look, shownUrl);
  const sign = signOf(state, tile, look);
  const name = tile === undefined ? `Item ${count(index + 1)}` : visibleText(tile.name);
  const url = look.state === 'link' ? look.url : undefined;
  const own = tile?.error === undefined && url === undefined ? tile?.picture : undefined;
  const background = tile?.blurhash === undefined ? undefined : meanColor(tile.blurhash);
  const isPlain = state === 'pixel' || state === 'load' || state === 'blur';
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the listbox has the focus and names its current option
    <div
      id={`tile-${index}`}
      data-index={index}
      role="option"
      aria-selected={isSelected}
      aria-setsize={props.total}
      aria-posinset={index + 1}
      aria-label={`${name}, ${sign?.word ?? spoken[state]}${tile?.tags === undefined ? '' : `, tagged ${tile.tags.map(visibleText).join(' and ')}`}${isSelected ? ', selected' : ''}`}
      className={`tile ${state}${isCurrent ? ' cur' : ''}`}
      style={{ left: x, width, height, ...(isPlain && background !== undefined ? { background } : {}) }}
    >
      {tile?.blurhash !== undefined && <BlurCanvas hash={tile.blurhash} aspect={width / height} />}
      {want !== undefined && url !== undefined && (
        <PixelImage key={url} want={want} url={url} alt="" onShown={() => setShownUrl(url)} />
      )}
      {own !== undefined && <OwnImage key={own} url={own} onShown={() => setShownUrl(own)} />}
      {sign !== undefined && width >= 60 && (
        <span className="mid">
          <sign.icon className="icon" aria-hidden="true" />
          {width >= 96 && <span>{sign.word}</span>}
          {sign.small !== undefined && width >= 96 && height >= 72 && <span className="mono">{sign.small}</span>}
        </span>
      )}
      {props.showsName && tile !== undefined && height >= 64 && (
        <span className="lab">{cutMiddle(name, Math.max(6, Math.floor((width - 12) / monoCharPx)))}</span>
      )}
      {tile?.tags !== undefined && props.showsName && width >= 60 && height >= 44 && (
        <span className="tags">
          <Tag aria-hidden="true" />
          {tile.tags.length === 1 && width >= 130 ? visibleText(tile.tags[0] ?? '') : tile.tags.length}
        </span>
      )}
      {tile?.video !== undefined && width >= 44 && (
        <span className="dur">
          <Play aria-hidden="true" />
          {tile.video.durationMs > 0 && runningTime(tile.video.durationMs)}
        </span>
      )}
      {isSelected && (
        <span className="ck">
          <Check aria-hidden="true" />
        </span>
      )}
      {(isSelected || isCurrent) && <span className="frame" />}
    </div>
  );
});
