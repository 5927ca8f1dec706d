import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from './claim-write.ts';
import { deleteTags, insertTags, listTags } from './queries.ts';

/**
 * Adds or removes tags and answers all tags now; what is there already, or is not there, is no error.
 * @throws AppError `dataset-not-found`
 */
export async function changeTags(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  change: { add: readonly string[] } | { remove: readonly string[] },
): Promise<string[]> {
  return db.transaction().execute(async (tx) => {
    await claimWrite(tx, acting, datasetId);
    const named = [...new Set('add' in change ? change.add : change.remove)];
    if (named.length > 0) {
      await ('add' in change ? insertTags : deleteTags)(tx, acting.tenantId, datasetId, named);
      await writeAudit(tx, acting, { action: 'dataset.tags', targetId: datasetId, amount: named.length });
    }
    return listTags(tx, acting.tenantId, datasetId);
  });
}
