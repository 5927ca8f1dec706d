import type { ReplyOf } from '@nucleus/shared/wire/endpoint';
import type { sceneEndpoints } from '@nucleus/shared/wire/scenes';
import type { Database } from '../database/open-database.ts';
import type { Projections } from '../search/projections.ts';
import type { DatasetPlace } from './queries.ts';
import { pageScenesOf } from './read-scenes.ts';
import { toSceneEntry } from './rules.ts';

/** Most scenes of one page (wire contract 8.2). */
const mostScenes = 30;

/**
 * A page of scenes in insertion order.
 * @throws AppError `dataset-not-found`, `invalid-request` for a token that is not ours
 */
export async function exportScenes(
  db: Database,
  projections: Projections,
  place: DatasetPlace,
  page: { pageToken?: string | null | undefined; pageSize: number },
): Promise<ReplyOf<typeof sceneEndpoints.exportScenes>> {
  const { rows, nextPageToken } = await pageScenesOf(db, projections, place, page, mostScenes);
  return {
    data: rows.map((scene) => ({ scene: { ...toSceneEntry(scene), fileLocation: scene.videoUrl }, annotations: {} })),
    nextPageToken,
  };
}
