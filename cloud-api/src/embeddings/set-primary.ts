import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from '../datasets/claim-write.ts';
import { changeIndex, clearPrimary, listIndexes } from './queries.ts';
import type { IndexRow } from './rules.ts';

/**
 * Makes the newest index of a kind the one that similarity, status and exports use.
 * @returns false when there is none of that kind; nothing changes then
 * @throws AppError `dataset-not-found`
 */
export async function setPrimary(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  isCustom: boolean,
  level: IndexRow['level'],
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    await claimWrite(tx, acting, datasetId);
    const index = (await listIndexes(tx, acting.tenantId, datasetId, level)).findLast(
      ({ kind, state }) => state !== 'errored' && (kind === 'internal') !== isCustom,
    );
    if (index === undefined) return false;
    await clearPrimary(tx, acting.tenantId, datasetId, level);
    await changeIndex(tx, { tenantId: acting.tenantId, datasetId, indexId: index.indexId }, { is_primary: 1 });
    await writeAudit(tx, acting, { action: 'embeddings.primary', targetId: index.indexId });
    return true;
  });
}
