import { AppError } from '@nucleus/shared/failure/app-error';
import type { Metadata } from '@nucleus/shared/wire/dataset-item';
import type { ReplyOf } from '@nucleus/shared/wire/endpoint';
import type { sceneEndpoints } from '@nucleus/shared/wire/scenes';
import type { Database } from '../database/open-database.ts';
import { ofMostRecentTask } from '../exports/rules.ts';
import { readPageToken, spellPageToken } from '../items/rules.ts';
import { labelsAt } from '../labels/read-labels.ts';
import { groundTruth } from '../labels/rules.ts';
import type { Projections } from '../search/projections.ts';
import { getSlice } from '../slices/find-slice.ts';
import { type DatasetPlace, listFrames, listScenesOfSlice } from './queries.ts';
import { pageScenesOf } from './read-scenes.ts';
import { type SceneRow, toSceneEntry } from './rules.ts';

/** Most scenes of one page (wire contract 8.2). */
const mostScenes = 30;

type SceneRows = ReplyOf<typeof sceneEndpoints.exportScenes>['data'];
type TrackRows = SceneRows[number]['annotations'];

/** Of a label as it is kept: what a row of a track tells. */
interface TrackedBox {
  label: string;
  geometry: { x: number; y: number; width: number; height: number };
  metadata?: Metadata | null;
  track_reference_id?: string | null;
}

/**
 * A page of scenes in insertion order, each with the boxes of its tracks by frame.
 * @throws AppError `dataset-not-found`, `slice-not-found`, `invalid-request` for a token that is not ours
 */
export async function exportScenes(
  db: Database,
  projections: Projections,
  place: DatasetPlace,
  page: {
    pageToken?: string | null | undefined;
    pageSize: number;
    sliceId?: string | null | undefined;
    onlyMostRecentTask?: boolean | null | undefined;
  },
): Promise<ReplyOf<typeof sceneEndpoints.exportScenes>> {
  const { rows, nextPageToken } =
    page.sliceId == null
      ? await pageScenesOf(db, projections, place, page, mostScenes)
      : await pageSlice(db, place, page.sliceId, page);
  const data: SceneRows = [];
  for (const scene of rows) {
    const annotations = await tracksOf(db, place, scene.sceneId, page.onlyMostRecentTask === true);
    data.push({ scene: { ...toSceneEntry(scene), fileLocation: scene.videoUrl }, annotations });
  }
  return { data, nextPageToken };
}

async function pageSlice(
  db: Database,
  place: DatasetPlace,
  sliceId: string,
  page: { pageToken?: string | null | undefined; pageSize: number },
): Promise<{ rows: SceneRow[]; nextPageToken: string | null }> {
  const slice = await getSlice(db, place.tenantId, sliceId);
  if (slice.datasetId !== place.datasetId || slice.type !== 'scene')
    throw new AppError('invalid-request', 'sliceId: is no slice of scenes of this dataset.', { at: 'sliceId' });
  const afterSeq = page.pageToken ? readPageToken(page.pageToken) : -1;
  if (afterSeq === undefined)
    throw new AppError('invalid-request', 'pageToken: is not one that this server made.', { at: 'pageToken' });
  const limit = Math.min(page.pageSize, mostScenes);
  const rows = await listScenesOfSlice(db, place, sliceId, afterSeq + 1, limit + 1);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { rows: rows.slice(0, limit), nextPageToken: last === undefined ? null : spellPageToken(last.seq) };
}

async function tracksOf(
  db: Database,
  place: DatasetPlace,
  sceneId: string,
  onlyMostRecentTask: boolean,
): Promise<TrackRows> {
  const frames = await listFrames(db, place, sceneId);
  const labels = await labelsAt(
    db,
    { ...place, runId: groundTruth },
    frames.map(({ seq }) => seq),
  );
  // A track may be called as an object's own property is.
  const tracks = new Map<string, TrackRows[string]>();
  for (const { frame, seq } of frames) {
    const all = labels.get(seq) ?? [];
    for (const row of onlyMostRecentTask ? ofMostRecentTask(all) : all) {
      if (row.kind !== 'box') continue;
      const { label, geometry, metadata, track_reference_id: name } = JSON.parse(row.body) as TrackedBox;
      if (name == null) continue;
      const track = tracks.get(name) ?? { label, name, frames: [] };
      tracks.set(name, track);
      const { x: left, y: top, width, height } = geometry;
      track.frames.push({ left, top, width, height, key: frame, metadata: metadata ?? {} });
    }
  }
  return Object.fromEntries(tracks);
}
