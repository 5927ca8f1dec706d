import type { ItemHistoryEvent } from '@nucleus/shared/wire/item-history';
import type { Database } from '../database/open-database.ts';
import { listWrites } from '../datasets/list-writes.ts';
import { listEvents } from '../items/keep-events.ts';
import { getItemStand } from '../items/read-items.ts';
import { listMemberships } from '../slices/list-memberships.ts';

/** As many as one answer holds, beside the first. */
const mostEvents = 200;

/**
 * What happened to an item, newest first: what writes did to it, how it last stood to every tag and slice, and when it came.
 * @throws AppError `dataset-not-found`, `item-not-found`
 */
export async function readHistory(
  db: Database,
  tenantId: string,
  { datasetId, itemId }: { datasetId: string; itemId: string },
): Promise<{ events: ItemHistoryEvent[]; is_cut: boolean }> {
  const { seq, createdAtMs } = await getItemStand(db, tenantId, datasetId, itemId);
  const own = await listEvents(db, tenantId, datasetId, itemId, mostEvents + 1);
  const sets = (await listMemberships(db, tenantId, datasetId, seq)).map(({ name, of, isMember, changeNo }) => {
    const kinds = of === 'tag' ? (['tagged', 'untagged'] as const) : (['slice-in', 'slice-out'] as const);
    return { kind: isMember ? kinds[0] : kinds[1], rev: null, name, changeNo };
  });
  const all = [...own.map((event) => ({ ...event, name: null })), ...sets].toSorted((a, b) => b.changeNo - a.changeNo);
  const shown = all.slice(0, mostEvents);
  const writes = await listWrites(
    db,
    tenantId,
    datasetId,
    shown.map(({ changeNo }) => changeNo),
  );
  const events = shown.map(({ changeNo, ...event }): ItemHistoryEvent => {
    const write = writes.get(changeNo);
    return {
      ...event,
      at: write === undefined ? null : new Date(write.atMs).toISOString(),
      actor: write?.actor ?? null,
    };
  });
  const first: ItemHistoryEvent = {
    kind: 'first-seen',
    at: new Date(createdAtMs).toISOString(),
    actor: null,
    rev: null,
    name: null,
  };
  return { events: [...events, first], is_cut: all.length > mostEvents };
}
