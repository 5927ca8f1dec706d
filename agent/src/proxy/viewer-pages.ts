import { AppError } from '@nucleus/shared/failure/app-error';
import type { ReplyOf } from '@nucleus/shared/wire/endpoint';
import type { LocalEndpointName, localEndpoints } from '@nucleus/shared/wire/local';
import { displayPath } from '../record/display-path.ts';
import type { Lookups } from '../state/lookups.ts';
import type { Places } from '../state/places.ts';
import { localItem } from './local-item.ts';
import type { LocalHandlers } from './mount-endpoints.ts';
import type { ServedSource } from './serve-media.ts';

/** What the local viewer shows: sources, files by place, exceptions, and what has left for a file. */

type LocalReply<N extends LocalEndpointName> = ReplyOf<(typeof localEndpoints)[N]>;
export type Overview = LocalReply<'getOverview'>;
export type WhatLeft = LocalReply<'getWhatLeft'>;

export interface PageParts {
  lookups: Lookups;
  places: Places;
  sources: ReadonlyMap<number, ServedSource>;
  /** Whether previews can be made of videos now. */
  showsVideos: () => boolean;
  overview: () => Overview | Promise<Overview>;
  /** Undefined when there is no such item. */
  whatLeft: (itemKey: Buffer) => WhatLeft | undefined | Promise<WhatLeft | undefined>;
}

export function pageHandlers(
  parts: PageParts,
): Pick<LocalHandlers, 'getOverview' | 'pageLocalItems' | 'pageExceptions' | 'getWhatLeft'> {
  const aliasOf = (sourceNo: number): string => parts.sources.get(sourceNo)?.alias ?? '';
  const byAlias = [...parts.sources.values()].toSorted((a, b) => (a.alias < b.alias ? -1 : 1));
  return {
    getOverview: () => parts.overview(),
    async pageLocalItems({ body }) {
      const wanted = byAlias.filter((source) => body.source === undefined || source.alias === body.source);
      const sourceNos = wanted.map((source) => source.sourceNo);
      const page = await parts.places.page(sourceNos, body.offset, body.limit);
      const showsVideos = parts.showsVideos();
      return { total: page.total, items: page.items.map((row) => localItem(row, aliasOf(row.source_no), showsVideos)) };
    },
    pageExceptions({ body }) {
      return {
        total: parts.lookups.countExceptions(),
        exceptions: parts.lookups.listExceptions(body.offset, body.limit).map((row) => ({
          source: aliasOf(row.source_no),
          key: row.item_key.toString('hex'),
          path: displayPath(row.path),
          code: row.code,
          sentence: row.sentence,
          byte_size: row.byte_size,
          strikes: row.strikes,
        })),
      };
    },
    async getWhatLeft({ params }) {
      const itemKey = /^[0-9a-f]{32}$/.test(params.key) ? Buffer.from(params.key, 'hex') : undefined;
      const left = itemKey && parts.lookups.hasItem(itemKey) ? await parts.whatLeft(itemKey) : undefined;
      if (!left) throw new AppError('item-not-found', 'No such item.');
      return left;
    },
  };
}
