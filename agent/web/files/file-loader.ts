import type { GridTile } from '@nucleus/shared/ui/grid/tile.tsx';
import { TilePages } from '@nucleus/shared/ui/grid/tile-pages.ts';
import { LinkCache, mediaAddress } from '@nucleus/shared/ui/pixels/link-cache.ts';
import { localEndpoints } from '@nucleus/shared/wire/local';
import type { LocalItem } from '@nucleus/shared/wire/local-item';
import { callAgent } from '../session/viewer-session.ts';

/** A tile that keeps the file's facts beside it. */
export interface FileTile extends GridTile {
  file: LocalItem;
}

function fileTile(file: LocalItem): FileTile {
  return {
    key: file.key,
    name: file.path,
    ref: file.reference_id,
    width: file.width ?? 4,
    height: file.height ?? 3,
    blurhash: file.blurhash,
    source: file.source,
    file,
    error: fault(file),
  };
}

/** What stands in a tile that will get no pixels. */
function fault(file: LocalItem): GridTile['error'] {
  if (file.state === 'exception') return { word: 'Not decodable', code: 'exception' };
  return file.no_pixels === undefined ? undefined : { word: 'No preview', code: 'no-pixels' };
}

/** All catalogued files, by source and path. */
export function filePages(): TilePages<FileTile> {
  return new TilePages(async (offset, limit, signal) => {
    const page = await callAgent(localEndpoints.pageLocalItems, { body: { offset, limit }, signal });
    return { total: page.total, tiles: page.items.map(fileTile) };
  });
}

/** Pixels of this agent; no consent is asked because this page is the agent's own. */
export function ownPixels(): LinkCache {
  return new LinkCache({
    mint: async (items) => {
      const { links } = await callAgent(localEndpoints.mintMediaLinks, { body: { items } });
      return links.map((link) => {
        if ('error' in link) return link;
        const url = mediaAddress(link.url, location.origin);
        return url === undefined
          ? { reference_id: link.reference_id, error: 'item-not-found' as const }
          : { ...link, url };
      });
    },
    nowS: () => Date.now() / 1000,
    onFrame: (callback) => requestAnimationFrame(callback),
    // An ended session and a lost agent are shown by the page around the grid.
    onFailure: () => undefined,
  });
}
