import type { State } from './open-state.ts';

/** What the cloud was last told about an item and acknowledged. */
export interface ToldItem {
  reference_id: string;
  acked_digest: string;
}

export interface ToldItems {
  /** Pages of items that the cloud acknowledged, by reference id; short ones, so that the reader can let others work in between. */
  page(sourceNo: number, after: string, limit: number): ToldItem[];
  /** Whether the newest change of an item is still owed or was refused, so that a difference is no surprise. */
  isUnsettled(sourceNo: number, referenceId: string): boolean;
}

/** Prepares the statements once per open state. */
export function openToldItems(state: State): ToldItems {
  const page = state.prepare<[number, string, number], ToldItem>(
    `select reference_id, acked_digest from items
     where source_no = ? and reference_id > ? and acked_digest is not null order by reference_id limit ?`,
  );
  const unsettled = state
    .prepare<{ sourceNo: number; ref: string }, number>(
      `select exists (select 1 from outbox where source_no = @sourceNo and reference_id = @ref)
           or exists (select 1 from dead_letters where source_no = @sourceNo and reference_id = @ref)`,
    )
    .pluck();
  return {
    page: (sourceNo, after, limit) => page.all(sourceNo, after, limit),
    isUnsettled: (sourceNo, ref) => unsettled.get({ sourceNo, ref }) === 1,
  };
}
