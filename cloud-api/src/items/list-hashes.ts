import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Database } from '../database/open-database.ts';
import { type HashedRow, listHashesAt, listHashesFrom } from './hash-queries.ts';
import { placeItemIds, placeReferences } from './place-items.ts';

const rowsPerPage = 5_000;

/** Items by one kind of id; neither means all of them. */
export interface NamedItems {
  reference_ids?: readonly string[] | null | undefined;
  dataset_item_ids?: readonly string[] | null | undefined;
}

/** Hashes of all live items in insertion order, read in pages so that other requests get their turn. */
export async function eachHashPage(
  db: Database,
  tenantId: string,
  datasetId: string,
  take: (page: readonly HashedRow[]) => void,
  signal?: AbortSignal,
): Promise<void> {
  for (let fromSeq = 0; ; ) {
    const page = await listHashesFrom(db, tenantId, datasetId, fromSeq, rowsPerPage);
    take(page);
    const last = page.at(-1);
    if (last === undefined || page.length < rowsPerPage) return;
    fromSeq = last.seq + 1;
    await nextTurn();
    signal?.throwIfAborted();
  }
}

/** The same as one list. */
export async function listHashCandidates(
  db: Database,
  tenantId: string,
  datasetId: string,
  signal?: AbortSignal,
): Promise<HashedRow[]> {
  const found: HashedRow[] = [];
  await eachHashPage(db, tenantId, datasetId, (page) => found.push(...page), signal);
  return found;
}

/** Up to `limit` hashes of live items from a place on, in insertion order. */
export function listHashPage(
  db: Database,
  tenantId: string,
  datasetId: string,
  fromSeq: number,
  limit: number,
): Promise<HashedRow[]> {
  return listHashesFrom(db, tenantId, datasetId, fromSeq, limit);
}

/** Hashes of the live items at places, in no order. */
export function listPlacedHashes(
  db: Database,
  tenantId: string,
  datasetId: string,
  seqs: readonly number[],
): Promise<HashedRow[]> {
  return listHashesAt(db, tenantId, datasetId, seqs);
}

/** Hashes of the named items, each once. @throws AppError `item-not-found` when one is not there */
export async function listNamedHashCandidates(
  db: Database,
  tenantId: string,
  datasetId: string,
  named: NamedItems,
): Promise<HashedRow[]> {
  const names = [...new Set(named.reference_ids ?? named.dataset_item_ids ?? [])];
  const place = named.reference_ids == null ? placeItemIds : placeReferences;
  const places = await place(db, tenantId, datasetId, names);
  const unknown = names.find((name) => !places.has(name));
  if (unknown !== undefined) throw new AppError('item-not-found', `This dataset does not hold the item ${unknown}.`);
  return listHashesAt(db, tenantId, datasetId, [...places.values()]);
}
