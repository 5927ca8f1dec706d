import { AppError } from '@nucleus/shared/failure/app-error';
import type { Lookups } from '../state/lookups.ts';
import { localItem } from './local-item.ts';
import type { LocalHandlers } from './mount-endpoints.ts';
import type { ServedSource } from './serve-media.ts';
import type { ViewerParts } from './viewer-parts.ts';

interface FindParts extends Pick<ViewerParts, 'finder' | 'duplicates' | 'showsVideos'> {
  lookups: Lookups;
  sources: ReadonlyMap<number, ServedSource>;
}

/** Most files of a group of duplicates that are told; the rest is a number. */
const shownOfGroup = 60;

/** Finding files: by query, by folder, by likeness. */
export function findHandlers(
  parts: FindParts,
): Pick<LocalHandlers, 'listFindFields' | 'findLocalItems' | 'listFolders' | 'findDuplicates'> {
  const { lookups, sources } = parts;
  const items = (rowids: Iterable<number>) => {
    const showsVideos = parts.showsVideos();
    return lookups.listRows(rowids).map((row) => localItem(row, sources.get(row.source_no)?.alias ?? '', showsVideos));
  };
  return {
    listFindFields: () => ({ fields: parts.finder.fields() }),
    async findLocalItems({ body }) {
      const { rows, tookMs } = await parts.finder.find({ query: body.query, sort: body.sort });
      const page = rows.subarray(body.offset, body.offset + body.limit);
      return { total: rows.length, took_ms: Math.round(tookMs), items: items(page) };
    },
    async listFolders({ body }) {
      const source = [...sources.values()].find(({ alias }) => alias === body.source);
      if (!source) throw new AppError('invalid-request', 'There is no such source.', { at: 'source' });
      return parts.finder.folders(source.sourceNo, body.folder);
    },
    findDuplicates({ body }) {
      const { groups, ...stand } = parts.duplicates.ask(body.threshold);
      return {
        state: stand.state,
        compared: stand.compared,
        hashes: stand.hashes,
        total: groups.length,
        took_ms: Math.round(stand.tookMs),
        groups: groups.slice(body.offset, body.offset + body.limit).map((group) => ({
          size: group.length,
          is_exact: lookups.isOneContent(group),
          items: items(group.subarray(0, shownOfGroup)),
        })),
      };
    },
  };
}
