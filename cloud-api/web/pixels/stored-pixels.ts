/** Pixels of ordinary datasets: the cloud stores them and serves them to whoever is signed in. Nothing has to be asked for first. */
import type { PixelLook, PixelWant } from '@nucleus/shared/ui/pixels/pixel-source.ts';
import { assetEndpoints } from '@nucleus/shared/wire/assets';
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import { fillPath } from '@nucleus/shared/wire/endpoint';
import type { DatasetView } from '@nucleus/shared/wire/insights';
import type { Tile } from '@nucleus/shared/wire/tile';

/** No alias of an agent's source holds a colon. */
const prefix = 'stored:';
const storedSource = (itemId: string): string => `${prefix}${itemId}`;

/** Who has the pixels of a tile; undefined where nobody has. */
export function sourceOfTile(tile: Pick<Tile, 'id' | 's' | 'o'>): string | undefined {
  return tile.s ?? (tile.o === true ? storedSource(tile.id) : undefined);
}

/** Who has the pixels of an item of a dataset; undefined where nobody has. */
export function sourceOfItem(
  item: Pick<DatasetItem, 'id' | 'metadata'>,
  dataset: Pick<DatasetView, 'privacy_mode'> | undefined,
): string | undefined {
  const { source } = item.metadata;
  if (typeof source === 'string') return source;
  return dataset?.privacy_mode === false ? storedSource(item.id) : undefined;
}

export function isStored({ source }: Pick<PixelWant, 'source'>): boolean {
  return source.startsWith(prefix);
}

/** Pictures that are stored, of which some may turn out not to be there any more. */
export class StoredPixels {
  readonly #broken = new Set<string>();
  readonly #listeners = new Set<() => void>();
  readonly #looks = new Map<string, PixelLook>();

  look({ source, variant }: PixelWant): PixelLook {
    const itemId = source.slice(prefix.length);
    if (this.#broken.has(itemId)) return notThere;
    // the renditions are fewer than the agents'
    const query = variant === 'original' ? '' : `?variant=${variant === 'preview-512' ? 'preview-1024' : variant}`;
    const url = fillPath(assetEndpoints.getAsset.path, { itemId }) + query;
    let look = this.#looks.get(url);
    if (look === undefined) {
      look = { state: 'link', url };
      this.#looks.set(url, look);
    }
    return look;
  }

  watch(tell: () => void): () => void {
    this.#listeners.add(tell);
    return () => this.#listeners.delete(tell);
  }

  broke({ source }: PixelWant): void {
    this.#broken.add(source.slice(prefix.length));
    for (const tell of this.#listeners) tell();
  }
}

const notThere: PixelLook = { state: 'error', word: 'Not stored', code: 'item-not-found' };
