import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite } from '../datasets/claim-write.ts';
import { getSlice } from './find-slice.ts';
import { setSliceTags } from './queries.ts';

/** Adds tags to a slice and answers all that it has, sorted; one that is there already is no error. @throws AppError `slice-not-found` */
export async function tagSlice(
  db: Kysely<Tables>,
  acting: Acting,
  sliceId: string,
  added: readonly string[],
): Promise<string[]> {
  const { datasetId } = await getSlice(db, acting.tenantId, sliceId);
  return db.transaction().execute(async (tx) => {
    // The claim keeps another writer from reading the same tags meanwhile.
    await claimWrite(tx, acting, datasetId);
    const slice = await getSlice(tx, acting.tenantId, sliceId);
    const tags = [...new Set([...(JSON.parse(slice.tags) as string[]), ...added])].toSorted();
    await setSliceTags(tx, acting.tenantId, sliceId, JSON.stringify(tags));
    await writeAudit(tx, acting, { action: 'slice.tag', targetId: sliceId, amount: added.length });
    return tags;
  });
}
