/** Items that a job has added although their picture could not be brought in: they say why, and are tried again where that may help. */
import type { Acting } from '../audit/acting.ts';
import type { Database } from '../database/open-database.ts';
import { enqueueRefetch } from './enqueue-refetch.ts';
import { countUnstored, listUnstored, startItemFetch } from './fetch-queries.ts';
import type { AttachmentFault } from './judge-failure.ts';
import { fetchWaitMs, hostOf } from './rules.ts';

export interface Unfetched {
  url: string;
  fault: AttachmentFault;
}

/** Whether an address can be asked at all; an item with another one is not worth keeping. */
export function isFetchable(url: string): boolean {
  return hostOf(url) !== undefined;
}

/** Those of some items that never had a picture. In privacy mode there are none: nothing is ever fetched there. */
export async function listBareItems(
  db: Database,
  tenantId: string,
  datasetId: string,
  itemIds: readonly string[],
): Promise<ReadonlySet<string>> {
  return itemIds.length === 0 ? new Set() : new Set(await listUnstored(db, tenantId, datasetId, itemIds));
}

/** How many items of a dataset never had a picture. */
export function countBareItems(db: Database, tenantId: string, datasetId: string): Promise<number> {
  return countUnstored(db, tenantId, datasetId);
}

/** Notes the first try of items by id, in the transaction that writes them. */
export async function noteUnfetched(
  tx: Database,
  acting: Acting,
  datasetId: string,
  items: ReadonlyMap<string, Unfetched>,
): Promise<void> {
  const { tenantId, nowMs } = acting;
  for (const [itemId, { url, fault }] of items) {
    const { code, message, mayPass } = fault;
    const row = { tenant_id: tenantId, dataset_id: datasetId, item_id: itemId };
    const tried = { state: mayPass ? 'pending' : 'error', code, message, tries: 1, updated_at: nowMs };
    const isNoted = await startItemFetch(tx, { ...row, ...tried });
    if (isNoted && mayPass) await enqueueRefetch(tx, acting, { datasetId, itemId }, url, nowMs + fetchWaitMs(1));
  }
}
