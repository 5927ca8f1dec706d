import type { LocalItem } from '@nucleus/shared/wire/local-item';
import { displayPath } from '../record/display-path.ts';
import { type NoPixelsCode, noPixelsSentences } from '../record/exceptions.ts';
import type { Facts } from '../record/facts.ts';
import { sidecarSentences } from '../record/sidecar.ts';
import type { PlacedItem } from '../state/lookups.ts';

/**
 * A catalogue's row as the viewer lists it.
 * @param showsVideos whether previews can be made of videos.
 */
export function localItem(row: PlacedItem, source: string, showsVideos: boolean): LocalItem {
  // at most 2,000 rows of a few hundred bytes: parsing all of it takes a few milliseconds, less than asking SQLite field by field
  const facts = row.facts === null ? undefined : (JSON.parse(row.facts) as Facts);
  const { format, blurhash } = facts?.fields ?? {};
  return {
    key: row.item_key.toString('hex'),
    source,
    reference_id: row.reference_id,
    path: displayPath(row.path),
    state: stateOf(row),
    ...(facts ? { width: facts.width, height: facts.height } : {}),
    ...(typeof format === 'string' ? { format } : {}),
    byte_size: row.byte_size,
    ...(typeof blurhash === 'string' ? { blurhash } : {}),
    ...(facts?.noPixels === undefined ? {} : withoutPixels(facts.noPixels, showsVideos)),
    ...(row.sidecar_fault === null ? {} : { sidecar_fault: sidecarSentences[row.sidecar_fault] }),
    ...(row.status === 'exception' ? { exception: row.exception_code ?? 'unknown' } : {}),
  };
}

function withoutPixels(why: NoPixelsCode, showsVideos: boolean): Pick<LocalItem, 'no_pixels' | 'has_poster'> {
  const sentence = noPixelsSentences[why];
  if (why !== 'video') return { no_pixels: sentence };
  if (showsVideos) return { no_pixels: sentence, has_poster: true };
  return { no_pixels: `${sentence} With ffmpeg installed on this host, the viewer shows one.` };
}

function stateOf(row: PlacedItem): LocalItem['state'] {
  if (row.presence !== 'live') return 'gone';
  if (row.status !== 'catalogued') return row.status;
  if (row.is_dead === 1) return 'dead-letter';
  return row.is_queued === 1 || row.acked_revision < row.revision ? 'queued' : 'synced';
}
