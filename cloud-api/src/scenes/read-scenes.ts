import { AppError } from '@nucleus/shared/failure/app-error';
import type { FrameItem, PointCloudSummary, Scene, SceneEntry } from '@nucleus/shared/wire/scenes';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { placeReferences } from '../items/place-items.ts';
import { listItemsInOrder } from '../items/read-items.ts';
import { readPageToken, refKey, spellPageToken, toDatasetItem } from '../items/rules.ts';
import { groupLabels, tracksAt } from '../labels/read-labels.ts';
import { sceneTruth } from '../labels/rules.ts';
import { findItemsAfter } from '../search/find-items.ts';
import type { Projections } from '../search/projections.ts';
import { readQuery } from '../search/read-query.ts';
import { listTracksOf } from '../tracks/write-tracks.ts';
import {
  type DatasetPlace,
  findSceneById,
  findSceneByKey,
  findSceneIdOfItem,
  listFrames,
  listScenesAt,
  listScenesFrom,
  listSceneTrackKeys,
} from './queries.ts';
import { type SceneRow, toSceneEntry } from './rules.ts';

const pageScenes = 1_000;

/** @throws AppError `dataset-not-found`, `scene-not-found` */
export async function getSceneRow(db: Database, place: DatasetPlace, referenceId: string): Promise<SceneRow> {
  await getDataset(db, place.tenantId, place.datasetId);
  const scene = await findSceneByKey(db, place, refKey(referenceId));
  if (scene === undefined) throw sceneNotFound();
  return scene;
}

/** The scene that holds an item. @throws AppError `dataset-not-found`, `scene-not-found` */
export async function getSceneOfItem(db: Database, place: DatasetPlace, referenceId: string): Promise<SceneRow> {
  await getDataset(db, place.tenantId, place.datasetId);
  const seq = (await placeReferences(db, place.tenantId, place.datasetId, [referenceId])).get(referenceId);
  const sceneId = seq === undefined ? undefined : await findSceneIdOfItem(db, place, seq);
  const scene = sceneId === undefined ? undefined : await findSceneById(db, place, sceneId);
  if (scene === undefined) throw sceneNotFound();
  return scene;
}

/** A scene with its frames and tracks; frames whose item was deleted are left out. */
export async function describeScene(db: Database, place: DatasetPlace, scene: SceneRow): Promise<Scene> {
  const { tenantId, datasetId } = place;
  const rows = await listFrames(db, place, scene.sceneId);
  const items = new Map(
    (
      await listItemsInOrder(
        db,
        tenantId,
        datasetId,
        rows.map(({ seq }) => seq),
      )
    ).map((item) => [item.seq, toDatasetItem(item)]),
  );
  const frames: { sensor: string; item: FrameItem }[][] = [];
  for (const { frame, sensor, seq, summary } of rows) {
    const item = items.get(seq);
    if (item === undefined) continue;
    const pointcloud = summary === null ? {} : { pointcloud: JSON.parse(summary) as PointCloudSummary };
    const sensors = frames[frame] ?? [];
    frames[frame] = sensors;
    sensors.push({ sensor, item: { ...item, ...pointcloud } });
  }
  const named = await tracksAt(
    db,
    place,
    rows.map(({ seq }) => seq),
  );
  // Those that were sent along, and those that its labels name.
  const trackKeys = new Set([...(await listSceneTrackKeys(db, place, scene.sceneId)), ...named.map(refKey)]);
  const there = frames.filter((frame) => frame !== undefined);
  const labels = await groupLabels(db, { ...place, runId: sceneTruth }, scene);
  return {
    ...toSceneEntry(scene),
    frames:
      scene.type === 'video'
        ? there.flatMap((frame) => frame.map(({ item }) => item))
        : there.map((frame) => Object.fromEntries(frame.map(({ sensor, item }) => [sensor, item]))),
    tracks: await listTracksOf(db, tenantId, datasetId, [...trackKeys]),
    ...(Object.keys(labels).length === 0 ? {} : { annotations: labels }),
    ...(scene.frameRate === null ? {} : { frame_rate: Number(scene.frameRate) }),
    ...(scene.videoUrl === null ? {} : { video_url: scene.videoUrl }),
  };
}

/** Every scene of a dataset in insertion order, as the JSON of `{scenes: […]}`, piece by piece. */
export async function* spellScenes(db: Database, place: DatasetPlace): AsyncGenerator<string> {
  await getDataset(db, place.tenantId, place.datasetId);
  yield '{"scenes":[';
  let separator = '';
  for (let fromSeq = 0; ; ) {
    const rows = await listScenesFrom(db, place, fromSeq, pageScenes);
    if (rows.length > 0) yield separator + JSON.stringify(rows.map(toSceneEntry)).slice(1, -1);
    separator = ',';
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageScenes) break;
    fromSeq = last.seq + 1;
  }
  yield ']}';
}

/**
 * A page of the scenes that meet a query over reference ids and metadata; all of them without one.
 * @throws AppError `dataset-not-found`, `invalid-request` for a bad query or token
 */
export async function pageScenesOf(
  db: Database,
  projections: Projections,
  place: DatasetPlace,
  page: { query?: string | null | undefined; pageToken?: string | null | undefined; pageSize: number },
  most = pageScenes,
): Promise<{ rows: SceneRow[]; nextPageToken: string | null }> {
  await getDataset(db, place.tenantId, place.datasetId);
  const afterSeq = page.pageToken ? readPageToken(page.pageToken) : -1;
  if (afterSeq === undefined)
    throw new AppError('invalid-request', 'pageToken: is not one that this server made.', { at: 'pageToken' });
  const limit = Math.min(page.pageSize, most);
  const condition = readQuery(page.query);
  const projection = projections.ofScenes(place.tenantId, place.datasetId);
  const seqs = await findItemsAfter(projection, { condition }, { afterSeq, limit: limit + 1 });
  const last = seqs[limit - 1];
  return {
    rows: await listScenesAt(db, place, seqs.slice(0, limit)),
    nextPageToken: seqs.length > limit && last !== undefined ? spellPageToken(last) : null,
  };
}

/** @throws AppError as {@link pageScenesOf} */
export async function queryScenes(
  db: Database,
  projections: Projections,
  place: DatasetPlace,
  page: { query?: string | null | undefined; pageToken?: string | null | undefined; pageSize: number },
): Promise<{ items: SceneEntry[]; nextPageToken: string | null }> {
  const { rows, nextPageToken } = await pageScenesOf(db, projections, place, page);
  return { items: rows.map(toSceneEntry), nextPageToken };
}

function sceneNotFound(): AppError {
  return new AppError('scene-not-found', 'There is no such scene in this dataset.');
}
