import type { Metadata } from '@nucleus/shared/wire/dataset-item';
import type { Track } from '@nucleus/shared/wire/scenes';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from '../datasets/claim-write.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { refKey } from '../items/rules.ts';
import { deleteTrackRows, listTrackRows, listTracksByKey, putTrackRow, type TrackRow } from './queries.ts';

function toTrack(datasetId: string, { reference_id, metadata }: TrackRow): Track {
  return { reference_id, dataset_id: datasetId, metadata: JSON.parse(metadata) as Metadata };
}

/** Oldest first. @throws AppError `dataset-not-found` */
export async function listTracks(db: Database, tenantId: string, datasetId: string): Promise<Track[]> {
  await getDataset(db, tenantId, datasetId);
  return (await listTrackRows(db, tenantId, datasetId)).map((row) => toTrack(datasetId, row));
}

/** The tracks of these keys that are there. */
export async function listTracksOf(
  db: Database,
  tenantId: string,
  datasetId: string,
  keys: readonly string[],
): Promise<Track[]> {
  return (await listTracksByKey(db, tenantId, datasetId, keys)).map((row) => toTrack(datasetId, row));
}

/**
 * Adds a track, or merges metadata into the one that is there, key by key; `overwrite` replaces it.
 * @throws AppError `dataset-not-found`
 */
export async function putTrack(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  input: { reference_id: string; metadata?: Metadata | null | undefined; overwrite: boolean },
): Promise<Track> {
  return db.transaction().execute(async (tx) => {
    await claimWrite(tx, acting, datasetId);
    const key = refKey(input.reference_id);
    const [there] = await listTracksByKey(tx, acting.tenantId, datasetId, [key]);
    const before = there === undefined || input.overwrite ? {} : (JSON.parse(there.metadata) as Metadata);
    const row = {
      ref_key: key,
      reference_id: input.reference_id,
      metadata: JSON.stringify({ ...before, ...input.metadata }),
    };
    await putTrackRow(tx, { tenant_id: acting.tenantId, dataset_id: datasetId, ...row, created_at: acting.nowMs });
    await writeAudit(tx, acting, { action: 'tracks.write', targetId: datasetId });
    return toTrack(datasetId, row);
  });
}

/** Answers the reference ids of those that were there. @throws AppError `dataset-not-found` */
export async function deleteTracks(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  referenceIds: readonly string[],
): Promise<string[]> {
  return db.transaction().execute(async (tx) => {
    await claimWrite(tx, acting, datasetId);
    const there = await listTracksByKey(tx, acting.tenantId, datasetId, [...new Set(referenceIds.map(refKey))]);
    await deleteTrackRows(
      tx,
      acting.tenantId,
      datasetId,
      there.map(({ ref_key }) => ref_key),
    );
    if (there.length > 0)
      await writeAudit(tx, acting, { action: 'tracks.delete', targetId: datasetId, amount: there.length });
    return there.map(({ reference_id }) => reference_id);
  });
}
