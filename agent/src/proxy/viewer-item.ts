import { AppError } from '@nucleus/shared/failure/app-error';
import { variants } from '@nucleus/shared/wire/local';
import { displayPath } from '../record/display-path.ts';
import type { Facts } from '../record/facts.ts';
import type { Lookups } from '../state/lookups.ts';
import { localItem } from './local-item.ts';
import type { MediaKeys } from './media-keys.ts';
import { linkTimesFor, signToken } from './media-token.ts';
import type { LocalHandlers } from './mount-endpoints.ts';
import { mediaError } from './reply.ts';
import type { ServedSource } from './serve-media.ts';
import type { ViewerParts } from './viewer-parts.ts';
import type { ViewerSessions } from './viewer-sessions.ts';

export interface ItemParts extends Pick<ViewerParts, 'levelsOf' | 'whyOf' | 'readTags' | 'showsVideos'> {
  lookups: Lookups;
  sources: ReadonlyMap<number, ServedSource>;
  sessions: ViewerSessions;
  keys: MediaKeys;
  /** Origin under which browsers reach this agent. */
  publicUrl: string;
  /** Seconds since 1970. */
  now: () => number;
}

/** An item key as the table's paths spell it. @throws AppError item-not-found */
export function itemKeyOf(text: string): Buffer {
  if (/^[0-9a-f]{32}$/.test(text)) return Buffer.from(text, 'hex');
  throw new AppError('item-not-found', 'No such item.');
}

/** Everything about one file: what stays here, what would leave, and a link for somebody else. */
export function itemHandlers(parts: ItemParts): Pick<LocalHandlers, 'getLocalItem' | 'getTags' | 'shareItem'> {
  const { lookups, sources } = parts;
  const get = (key: string) => {
    const row = lookups.findFile(itemKeyOf(key));
    const source = row && sources.get(row.source_no);
    if (!row || !source) throw new AppError('item-not-found', 'No such item.');
    return { row, source };
  };
  return {
    getLocalItem({ params }) {
      const { row, source } = get(params.key);
      const facts = row.facts === null ? undefined : (JSON.parse(row.facts) as Facts);
      return {
        item: localItem(row, source.alias, parts.showsVideos()),
        folder: displayPath(Buffer.from(source.folder)),
        modified_at: new Date(row.mtime_ms).toISOString(),
        ingest_day: row.ingest_day,
        generation: row.generation,
        revision: row.revision,
        acked_revision: row.acked_revision,
        why: parts.whyOf(row.item_key),
        ...(facts?.gps ? { gps: facts.gps } : {}),
        levels: parts.levelsOf(row.item_key),
      };
    },
    async getTags({ params }) {
      const { row, source } = get(params.key);
      if (lookups.isSuspended(row.source_no)) {
        throw new AppError('source-suspended', 'The folder of this file cannot be relied on now.', { retryAfterS: 30 });
      }
      if (row.presence !== 'live') throw mediaError('stale');
      const expected = {
        dev: row.dev,
        ino: row.ino,
        size: row.byte_size,
        mtimeMs: row.mtime_ms,
        ctimeMs: row.ctime_ms,
      };
      const read = await parts.readTags({ ...source, path: row.path, expected });
      if ('refused' in read) throw new AppError('unsupported-media-type', read.refused);
      return read;
    },
    shareItem({ params, body, caller }) {
      const { row, source } = get(params.key);
      if (row.presence !== 'live' || row.status !== 'catalogued') {
        throw new AppError('item-not-found', 'Only a catalogued file can be shared.');
      }
      if (lookups.isSuspended(row.source_no)) {
        throw new AppError('source-suspended', 'The folder of this file cannot be relied on now.', { retryAfterS: 30 });
      }
      const times = linkTimesFor(parts.now(), body.minutes);
      const shares = `${source.alias}/${displayPath(row.path)}`;
      const share = parts.sessions.share({ shares, peer: caller.peer, expiresAt: times.expiresAt });
      const claim = {
        sourceNo: row.source_no,
        itemKey: row.item_key,
        generation: row.generation,
        variant: variants.indexOf(body.variant),
        ...times,
        sessionId: Buffer.from(share.sessionId, 'base64url'),
      };
      const url = `${parts.publicUrl}/m/${signToken(claim, parts.keys.keyring()[0])}`;
      return { session_id: share.sessionId, url, expires_at: times.expiresAt };
    },
  };
}
