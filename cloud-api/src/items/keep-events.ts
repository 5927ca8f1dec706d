/** What happens to an item after it came: kept by kind and by the number of the write, which says who and when. */
import type { Database } from '../database/open-database.ts';
import { insertEvents, listEventRows } from './event-queries.ts';

/**
 * `described`: its agent sent another record; `gone` and `returned`: the file went and came back; `renamed`: it was given a pseudonym;
 * `metadata` and `picture`: a user's write; `removed` and `restored`: a user took it out of sight and back.
 */
export const itemEventKinds = [
  'described',
  'returned',
  'gone',
  'renamed',
  'metadata',
  'picture',
  'removed',
  'restored',
] as const;

export interface ItemEvent {
  itemId: string;
  kind: (typeof itemEventKinds)[number];
  /** Revision of the agent's change; null for what a user did. */
  rev: number | null;
}

/** In the transaction of the write. An item has one event of a kind for each write. */
export async function keepEvents(
  tx: Database,
  { tenantId, datasetId }: { tenantId: string; datasetId: string },
  changeNo: number,
  events: readonly ItemEvent[],
): Promise<void> {
  await insertEvents(
    tx,
    events.map(({ itemId, kind, rev }) => ({
      tenant_id: tenantId,
      dataset_id: datasetId,
      item_id: itemId,
      change_no: changeNo,
      kind,
      rev,
    })),
  );
}

/** The latest events of an item, newest first. */
export async function listEvents(
  db: Database,
  tenantId: string,
  datasetId: string,
  itemId: string,
  limit: number,
): Promise<{ kind: ItemEvent['kind']; rev: number | null; changeNo: number }[]> {
  const rows = await listEventRows(db, tenantId, { datasetId, itemId }, limit);
  return rows.flatMap((row) => {
    const kind = itemEventKinds.find((known) => known === row.kind);
    return kind === undefined ? [] : [{ kind, rev: row.rev, changeNo: row.change_no }];
  });
}
