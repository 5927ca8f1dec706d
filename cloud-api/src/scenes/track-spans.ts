import type { TrackSpans } from '@nucleus/shared/wire/scenes';
import type { Database } from '../database/open-database.ts';
import { trackedAt } from '../labels/read-labels.ts';
import type { DatasetPlace } from './queries.ts';
import { getSceneRow, readFrames } from './read-scenes.ts';
import { spansOf } from './rules.ts';

/**
 * Tracks that the annotations of a scene name, by the frame on which each begins.
 * @throws AppError `dataset-not-found`, `scene-not-found`
 */
export async function listTrackSpans(db: Database, place: DatasetPlace, sceneRef: string): Promise<TrackSpans[]> {
  const frames = await readFrames(db, place, await getSceneRow(db, place, sceneRef));
  const frameOf = new Map(frames.flatMap((parts, frame) => parts.map(({ seq }) => [seq, frame] as const)));
  const tracks = new Map<string, { labels: Set<string>; count: number; frames: Set<number> }>();
  for (const { seq, track, label, count } of await trackedAt(db, place, [...frameOf.keys()])) {
    const known = tracks.get(track) ?? { labels: new Set<string>(), count: 0, frames: new Set<number>() };
    tracks.set(track, known);
    known.labels.add(label);
    known.count += count;
    known.frames.add(frameOf.get(seq) ?? 0);
  }
  return Array.from(tracks, ([reference_id, track]) => ({
    reference_id,
    labels: [...track.labels].toSorted(),
    count: track.count,
    spans: spansOf([...track.frames]),
  })).toSorted(
    (a, b) => (a.spans[0]?.from ?? 0) - (b.spans[0]?.from ?? 0) || (a.reference_id < b.reference_id ? -1 : 1),
  );
}
