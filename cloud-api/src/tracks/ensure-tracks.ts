import type { Metadata } from '@nucleus/shared/wire/dataset-item';
import type { Acting } from '../audit/acting.ts';
import type { Database } from '../database/open-database.ts';
import { refKey } from '../items/rules.ts';
import { insertTracks } from './queries.ts';

/** Makes the tracks that are not there yet, in the caller's transaction; those that are there stay as they are. */
export async function ensureTracks(
  tx: Database,
  { tenantId, nowMs }: Acting,
  datasetId: string,
  tracks: readonly { reference_id: string; metadata?: Metadata | null | undefined }[],
): Promise<void> {
  const byKey = new Map(tracks.map((track) => [refKey(track.reference_id), track]));
  await insertTracks(
    tx,
    Array.from(byKey, ([ref_key, { reference_id, metadata }]) => ({
      tenant_id: tenantId,
      dataset_id: datasetId,
      ref_key,
      reference_id,
      metadata: JSON.stringify(metadata ?? {}),
      created_at: nowMs,
    })),
  );
}
