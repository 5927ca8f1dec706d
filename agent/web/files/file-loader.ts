import type { GridTile } from '@nucleus/shared/ui/grid/tile.tsx';
import { TilePages } from '@nucleus/shared/ui/grid/tile-pages.ts';
import { LinkCache, mediaAddress } from '@nucleus/shared/ui/pixels/link-cache.ts';
import { ErrorReply } from '@nucleus/shared/wire/error-reply';
import { localEndpoints } from '@nucleus/shared/wire/local';
import type { LocalItem } from '@nucleus/shared/wire/local-item';
import type { Find } from '../route.ts';
import { callAgent } from '../session/viewer-session.ts';
import { exceptionWord, hasPreview } from './file-words.ts';

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
  if (file.state === 'exception') return { word: exceptionWord(file.exception), code: file.exception ?? 'exception' };
  if (file.state === 'pending') return { word: 'Waits to be read', code: 'pending', isPlain: true };
  if (file.state === 'gone') return { word: 'No longer on disk', code: 'gone' };
  return hasPreview(file) ? undefined : { word: 'No preview', code: 'no-pixels', isPlain: true };
}

/** The files of a find by place. Without a query: what is catalogued, by source and path, straight from the index. */
export function filePages(find: Find): { pages: TilePages<FileTile>; tookMs: () => number | undefined } {
  let tookMs: number | undefined;
  const isPlain = find.query === '' && find.sort === undefined;
  const pages = new TilePages(async (offset, limit, signal) => {
    if (isPlain) {
      const page = await callAgent(localEndpoints.pageLocalItems, { body: { offset, limit }, signal });
      return { total: page.total, tiles: page.items.map(fileTile) };
    }
    const { query, sort } = find;
    const body = sort === undefined ? { offset, limit, query } : { offset, limit, query, sort };
    const page = await callAgent(localEndpoints.findLocalItems, { body, signal });
    tookMs ??= page.took_ms;
    return { total: page.total, tiles: page.items.map(fileTile) };
  });
  return { pages, tookMs: () => tookMs };
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
    explain: whyBroken,
  });
}

const words: Record<string, string> = {
  'unsupported-media-type': 'No preview can be made',
  'stale': 'The file has changed',
  'source-suspended': 'Source suspended',
  'overloaded': 'Too many at once',
};

/** Why a link brought no picture, in the agent's own code. */
async function whyBroken(url: string): Promise<{ word: string; code: string } | undefined> {
  const reply = await fetch(url, { credentials: 'omit', headers: { accept: 'image/*' } });
  if (reply.ok) return { word: 'Not a picture that this browser shows', code: 'undecodable' };
  const parsed = ErrorReply.safeParse(await reply.json());
  const code = parsed.success ? parsed.data.code : undefined;
  return code === undefined ? undefined : { word: words[code] ?? 'Picture did not load', code };
}
