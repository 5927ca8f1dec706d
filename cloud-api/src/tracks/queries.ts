import { type BulkColumns, insertRows, isAmong } from '../database/insert-rows.ts';
import type { Database } from '../database/open-database.ts';
import type { TracksTable } from '../database/scene-tables.ts';

const columns: BulkColumns<'tracks'> = {
  tenant_id: 'text',
  dataset_id: 'text',
  ref_key: 'text',
  reference_id: 'text',
  metadata: 'text',
  created_at: 'bigint',
};

export function insertTracks(db: Database, rows: readonly TracksTable[]): Promise<void> {
  return insertRows(db, 'tracks', columns, rows, '(tenant_id, dataset_id, ref_key) do nothing');
}

export type TrackRow = Pick<TracksTable, 'ref_key' | 'reference_id' | 'metadata'>;

const selectTracks = (db: Database, tenantId: string, datasetId: string) =>
  db
    .selectFrom('tracks')
    .select(['ref_key', 'reference_id', 'metadata'])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId);

/** Oldest first. */
export function listTrackRows(db: Database, tenantId: string, datasetId: string): Promise<TrackRow[]> {
  return selectTracks(db, tenantId, datasetId).orderBy('created_at').orderBy('ref_key').execute();
}

export async function listTracksByKey(
  db: Database,
  tenantId: string,
  datasetId: string,
  keys: readonly string[],
): Promise<TrackRow[]> {
  if (keys.length === 0) return [];
  return selectTracks(db, tenantId, datasetId)
    .where(isAmong(db, 'ref_key', keys))
    .orderBy('created_at')
    .orderBy('ref_key')
    .execute();
}

export async function putTrackRow(db: Database, row: TracksTable): Promise<void> {
  await db
    .insertInto('tracks')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'dataset_id', 'ref_key']).doUpdateSet({ metadata: row.metadata }),
    )
    .execute();
}

export async function deleteTrackRows(
  db: Database,
  tenantId: string,
  datasetId: string,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return;
  await db
    .deleteFrom('tracks')
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where(isAmong(db, 'ref_key', keys))
    .execute();
  await db
    .deleteFrom('scene_tracks')
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where(isAmong(db, 'track_key', keys))
    .execute();
}
