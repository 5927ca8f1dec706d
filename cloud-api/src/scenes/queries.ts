import { type SqlBool, sql } from 'kysely';
import { inChunks } from '../database/in-chunks.ts';
import { type BulkColumns, insertRows, isAmong } from '../database/insert-rows.ts';
import type { Database } from '../database/open-database.ts';
import type { PointCloudsTable, SceneFramesTable, ScenesTable, SceneTracksTable } from '../database/scene-tables.ts';
import type { SceneRow } from './rules.ts';

/** A dataset of a tenant. */
export interface DatasetPlace {
  tenantId: string;
  datasetId: string;
}

const selectScenes = (db: Database, { tenantId, datasetId }: DatasetPlace) =>
  db
    .selectFrom('scenes')
    .select([
      'id as sceneId',
      'reference_id as referenceId',
      'seq',
      'type',
      'metadata',
      'frame_rate as frameRate',
      'video_url as videoUrl',
      'structure',
    ])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('ref_key', 'is not', null)
    .$narrowType<{ referenceId: string; type: SceneRow['type'] }>();

export function findSceneByKey(db: Database, place: DatasetPlace, refKey: string): Promise<SceneRow | undefined> {
  return selectScenes(db, place).where('ref_key', '=', refKey).executeTakeFirst();
}

export function findSceneById(db: Database, place: DatasetPlace, sceneId: string): Promise<SceneRow | undefined> {
  return selectScenes(db, place).where('id', '=', sceneId).executeTakeFirst();
}

/** The scene that holds the item at a place. */
export async function findSceneIdOfItem(db: Database, place: DatasetPlace, seq: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('scene_frames')
    .select('scene_id')
    .where('tenant_id', '=', place.tenantId)
    .where('dataset_id', '=', place.datasetId)
    .where('item_seq', '=', seq)
    .executeTakeFirst();
  return row?.scene_id;
}

/** Up to `limit` scenes from a place on, in insertion order. */
export function listScenesFrom(db: Database, place: DatasetPlace, fromSeq: number, limit: number): Promise<SceneRow[]> {
  return selectScenes(db, place).where('seq', '>=', fromSeq).orderBy('seq').limit(limit).execute();
}

/** The scenes at places, in insertion order. */
export async function listScenesAt(db: Database, place: DatasetPlace, seqs: readonly number[]): Promise<SceneRow[]> {
  const found: SceneRow[] = [];
  for (const chunk of inChunks(seqs, 1)) {
    found.push(...(await selectScenes(db, place).where('seq', 'in', chunk).orderBy('seq').execute()));
  }
  return found;
}

/** Scenes that have a member of a slice among their frames, from a place on, in insertion order. */
export function listScenesOfSlice(
  db: Database,
  place: DatasetPlace,
  sliceId: string,
  fromSeq: number,
  limit: number,
): Promise<SceneRow[]> {
  return selectScenes(db, place)
    .where('seq', '>=', fromSeq)
    .where((where) =>
      where.exists(
        where
          .selectFrom('scene_frames')
          .innerJoin('slice_items', (join) =>
            join
              .onRef('slice_items.tenant_id', '=', 'scene_frames.tenant_id')
              .onRef('slice_items.dataset_id', '=', 'scene_frames.dataset_id')
              .onRef('slice_items.seq', '=', 'scene_frames.item_seq'),
          )
          .select('scene_frames.frame')
          .whereRef('scene_frames.tenant_id', '=', 'scenes.tenant_id')
          .whereRef('scene_frames.dataset_id', '=', 'scenes.dataset_id')
          .whereRef('scene_frames.scene_id', '=', 'scenes.id')
          .where('slice_items.slice_id', '=', sliceId)
          .where('slice_items.is_member', '=', 1),
      ),
    )
    .orderBy('seq')
    .limit(limit)
    .execute();
}

/** Items of scenes that are named by one of their columns. */
export async function listFramePlaces(
  db: Database,
  { tenantId, datasetId }: DatasetPlace,
  column: 'id' | 'ref_key',
  keys: readonly string[],
): Promise<{ key: string; seq: number }[]> {
  const found: { key: string; seq: number }[] = [];
  for (const chunk of inChunks(keys, 1)) {
    const rows = await db
      .selectFrom('scenes')
      .innerJoin('scene_frames', (join) =>
        join
          .onRef('scene_frames.tenant_id', '=', 'scenes.tenant_id')
          .onRef('scene_frames.dataset_id', '=', 'scenes.dataset_id')
          .onRef('scene_frames.scene_id', '=', 'scenes.id'),
      )
      .select([`scenes.${column} as key`, 'scene_frames.item_seq as seq'])
      .where('scenes.tenant_id', '=', tenantId)
      .where('scenes.dataset_id', '=', datasetId)
      .where(`scenes.${column}`, 'in', chunk)
      .$narrowType<{ key: string }>()
      .execute();
    found.push(...rows);
  }
  return found;
}

/** Places of scenes by the keys of their reference ids. */
export function listScenePlaces(
  db: Database,
  { tenantId, datasetId }: DatasetPlace,
  keys: readonly string[],
): Promise<{ key: string; seq: number }[]> {
  return db
    .selectFrom('scenes')
    .select(['ref_key as key', 'seq'])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where(isAmong(db, 'ref_key', keys))
    .$narrowType<{ key: string }>()
    .execute();
}

/** Place of the next scene. */
export async function nextSceneSeq(db: Database, place: DatasetPlace): Promise<number> {
  const row = await db
    .selectFrom('scenes')
    .select((select) => select.fn.max('seq').as('last'))
    .where('tenant_id', '=', place.tenantId)
    .where('dataset_id', '=', place.datasetId)
    .executeTakeFirst();
  return row?.last == null ? 0 : Number(row.last) + 1;
}

export async function insertScene(db: Database, row: ScenesTable): Promise<void> {
  await db.insertInto('scenes').values(row).execute();
}

export async function changeScene(
  db: Database,
  { tenantId, datasetId }: DatasetPlace,
  sceneId: string,
  change: Partial<Pick<ScenesTable, 'metadata' | 'frame_rate' | 'video_url' | 'ref_key' | 'reference_id'>> & {
    change_no: number;
  },
): Promise<void> {
  await db
    .updateTable('scenes')
    .set(change)
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('id', '=', sceneId)
    .execute();
}

const frameColumns: BulkColumns<'scene_frames'> = {
  tenant_id: 'text',
  dataset_id: 'text',
  scene_id: 'text',
  frame: 'bigint',
  place: 'bigint',
  sensor: 'text',
  item_seq: 'bigint',
};
const cloudColumns: BulkColumns<'point_clouds'> = {
  tenant_id: 'text',
  dataset_id: 'text',
  item_seq: 'bigint',
  summary: 'text',
};
const trackColumns: BulkColumns<'scene_tracks'> = {
  tenant_id: 'text',
  dataset_id: 'text',
  scene_id: 'text',
  track_key: 'text',
};

export function insertFrames(db: Database, rows: readonly SceneFramesTable[]): Promise<void> {
  return insertRows(db, 'scene_frames', frameColumns, rows);
}

export function insertPointClouds(db: Database, rows: readonly PointCloudsTable[]): Promise<void> {
  return insertRows(db, 'point_clouds', cloudColumns, rows);
}

export function insertSceneTracks(db: Database, rows: readonly SceneTracksTable[]): Promise<void> {
  const key = '(tenant_id, dataset_id, scene_id, track_key)';
  return insertRows(db, 'scene_tracks', trackColumns, rows, `${key} do nothing`);
}

export interface FrameRow {
  frame: number;
  place: number;
  sensor: string;
  seq: number;
  summary: string | null;
}

const ofScene = ({ tenantId, datasetId }: DatasetPlace, sceneId: string) =>
  sql<SqlBool>`tenant_id = ${tenantId} and dataset_id = ${datasetId} and scene_id = ${sceneId}`;

/** Frames of a scene in their order, with what is known of their point clouds. */
export function listFrames(db: Database, { tenantId, datasetId }: DatasetPlace, sceneId: string): Promise<FrameRow[]> {
  return db
    .selectFrom('scene_frames')
    .leftJoin('point_clouds', (join) =>
      join
        .onRef('point_clouds.tenant_id', '=', 'scene_frames.tenant_id')
        .onRef('point_clouds.dataset_id', '=', 'scene_frames.dataset_id')
        .onRef('point_clouds.item_seq', '=', 'scene_frames.item_seq'),
    )
    .select(['frame', 'place', 'sensor', 'scene_frames.item_seq as seq', 'summary'])
    .where('scene_frames.tenant_id', '=', tenantId)
    .where('scene_frames.dataset_id', '=', datasetId)
    .where('scene_id', '=', sceneId)
    .orderBy('frame')
    .orderBy('place')
    .execute();
}

export async function listSceneTrackKeys(db: Database, place: DatasetPlace, sceneId: string): Promise<string[]> {
  const rows = await db.selectFrom('scene_tracks').select('track_key').where(ofScene(place, sceneId)).execute();
  return rows.map(({ track_key }) => track_key);
}

/** Removes what hangs on a scene, but its items. */
export async function removeFrames(
  db: Database,
  place: DatasetPlace,
  sceneId: string,
  seqs: readonly number[],
): Promise<void> {
  await db.deleteFrom('scene_frames').where(ofScene(place, sceneId)).execute();
  await db.deleteFrom('scene_tracks').where(ofScene(place, sceneId)).execute();
  for (const chunk of inChunks(seqs, 1)) {
    await db
      .deleteFrom('point_clouds')
      .where('tenant_id', '=', place.tenantId)
      .where('dataset_id', '=', place.datasetId)
      .where('item_seq', 'in', chunk)
      .execute();
  }
}

/** Tables of scenes and tracks with the column by which some of their rows are named. */
const purged = [
  ['scene_frames', 'scene_id'],
  ['scene_tracks', 'scene_id'],
  ['point_clouds', 'item_seq'],
  ['scenes', 'id'],
  ['tracks', 'ref_key'],
] as const;

/** Removes some rows of scenes and tracks of a deleted dataset, of one scene or up to `most`; answers how many names they had. */
export async function purgeSceneRows(db: Database, most: number): Promise<number> {
  for (const [table, column] of purged) {
    const { rows: orphans } = await sql<{ tenant_id: string; id: string; name: string | number }>`
      select datasets.tenant_id, datasets.id, named.${sql.ref(column)} as name
      from datasets join ${sql.table(table)} as named
      on named.tenant_id = datasets.tenant_id and named.dataset_id = datasets.id
      where datasets.deleted_at is not null limit ${column === 'scene_id' ? 1 : most}`.execute(db);
    const [first] = orphans;
    if (first === undefined) continue;
    const names = orphans.flatMap((row) => (row.id === first.id ? [row.name] : []));
    await db
      .deleteFrom(table)
      .where('tenant_id', '=', first.tenant_id)
      .where('dataset_id', '=', first.id)
      .where(sql<SqlBool>`${sql.ref(column)} in (${sql.join(names)})`)
      .execute();
    return names.length;
  }
  return 0;
}
