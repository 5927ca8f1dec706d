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
export async function listHashCandidates(
  db: Database,
  tenantId: string,
  datasetId: string,
  signal?: AbortSignal,
): Promise<HashedRow[]> {
  const found: HashedRow[] = [];
  for (;;) {
    const page = await listHashesFrom(db, tenantId, datasetId, (found.at(-1)?.seq ?? -1) + 1, rowsPerPage);
    for (const row of page) found.push(row);
    if (page.length < rowsPerPage) return found;
    await nextTurn();
    signal?.throwIfAborted();
  }
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
