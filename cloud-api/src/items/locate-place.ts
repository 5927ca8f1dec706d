/**
 * Places count live items in insertion order. `seq` is dense and never freed, so the item at place p stands at
 * p + (hidden rows before it): found by counting the hidden rows, which are few, instead of walking the live ones.
 */
import type { Database } from '../database/open-database.ts';
import { countHidden } from './queries.ts';

/** `seq` of the live item at `place` (0-based), or one past the last `seq` when there are not so many. */
export async function locatePlace(db: Database, tenantId: string, datasetId: string, place: number): Promise<number> {
  let counted = -1;
  let hidden = 0;
  for (;;) {
    const seq = place + hidden;
    // It grows until every hidden row up to it is counted; then no live row is skipped and none is counted twice.
    if (seq === counted) return seq;
    hidden += await countHidden(db, tenantId, datasetId, counted, seq);
    counted = seq;
  }
}
