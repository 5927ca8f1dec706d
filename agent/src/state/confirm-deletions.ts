import type { State } from './open-state.ts';

/**
 * Lets held deletions go: their items become tombstones, and the deletions are owed to the cloud, in one transaction.
 * @param alias one source, or all when undefined.
 * @returns how many.
 */
export function confirmDeletions(state: State, alias: string | undefined, nowMs: number): number {
  const chosen = `select h.item_key from held_deletions h join sources s using (source_no) where @alias is null or s.alias = @alias`;
  const parameters = { alias: alias ?? null, now: nowMs };
  return state
    .transaction(() => {
      // only what is still gone: a file that came back in the meantime stays
      state
        .prepare(
          `update items set presence = 'tombstone', deleted_ms = @now, revision = revision + 1, digest = 'deleted'
           where presence = 'missing' and item_key in (${chosen})`,
        )
        .run(parameters);
      const { changes } = state
        .prepare(
          `insert into outbox (source_no, reference_id, item_key, revision, op)
           select source_no, reference_id, item_key, revision, 'delete' from items
           where presence = 'tombstone' and deleted_ms = @now and item_key in (${chosen})
           on conflict (source_no, reference_id) do update set revision = excluded.revision, op = 'delete', new_reference_id = null`,
        )
        .run(parameters);
      state.prepare(`delete from held_deletions where item_key in (${chosen})`).run({ alias: parameters.alias });
      return changes;
    })
    .immediate();
}
