/** Items that another resource brings in whole, such as the frames of a scene: under its claim on the dataset, in its transaction. */
import type { Metadata } from '@nucleus/shared/wire/dataset-item';
import { dropImages } from '../attachments/item-assets.ts';
import type { Acting } from '../audit/acting.ts';
import type { Database } from '../database/open-database.ts';
import type { ItemsTable } from '../database/tables.ts';
import type { DatasetClaim } from '../datasets/claim-write.ts';
import { dropVectors } from '../embeddings/keep-vectors.ts';
import { dropLabels } from '../labels/drop-labels.ts';
import { groundTruth } from '../labels/rules.ts';
import { listRunIds } from '../models/find-model.ts';
import { insertItems, listItemsBySeq, listKnownItems, updateUserMetadata } from './queries.ts';
import { emptyItems } from './removal-queries.ts';
import { refKey } from './rules.ts';

/** Which of the reference ids are taken in a dataset. */
export async function findKnownItems(
  db: Database,
  { tenantId, datasetId }: { tenantId: string; datasetId: string },
  referenceIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const byKey = new Map(referenceIds.map((name) => [refKey(name), name]));
  const known = await listKnownItems(db, tenantId, datasetId, [...byKey.keys()]);
  return new Set(known.flatMap((item) => byKey.get(item.refKey) ?? []));
}

/** Their places follow each other from the claim's next one on; the caller settles it. */
export function addItems(tx: Database, rows: readonly ItemsTable[]): Promise<void> {
  return insertItems(tx, rows);
}

/** Replaces metadata by the key of the reference id; what is not there any more is passed over. */
export async function replaceMetadata(
  tx: Database,
  { tenantId, nowMs }: Acting,
  { datasetId, changeNo }: DatasetClaim,
  metadata: ReadonlyMap<string, Metadata>,
): Promise<void> {
  const known = await listKnownItems(tx, tenantId, datasetId, [...metadata.keys()]);
  const texts = new Map(known.map((item) => [item.itemId, JSON.stringify(metadata.get(item.refKey) ?? {})]));
  await updateUserMetadata(tx, tenantId, datasetId, texts, { changeNo, nowMs });
}

/** Deletes users' items at places with their pictures, vectors and labels; answers how many were live. */
export async function dropItems(
  tx: Database,
  { tenantId, nowMs }: Acting,
  { datasetId, changeNo }: DatasetClaim,
  seqs: readonly number[],
): Promise<number> {
  const live = await listItemsBySeq(tx, tenantId, datasetId, seqs);
  const places = live.map(({ seq }) => seq);
  const itemIds = live.map(({ itemId }) => itemId);
  await emptyItems(tx, tenantId, datasetId, places, { changeNo, nowMs });
  await dropImages(tx, tenantId, itemIds);
  await dropVectors(tx, { tenantId, datasetId }, places, changeNo);
  for (const runId of [groundTruth, ...(await listRunIds(tx, tenantId, datasetId))])
    await dropLabels(tx, { tenantId, datasetId, runId }, places, changeNo);
  return live.length;
}
