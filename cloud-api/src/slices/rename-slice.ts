import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Tables } from '../database/tables.ts';
import { getSlice } from './find-slice.ts';
import { renameSliceRow, type SliceRow } from './queries.ts';

/** Gives a slice another name or description; what is not named stays. @throws AppError `slice-not-found` */
export async function renameSlice(
  db: Kysely<Tables>,
  acting: Acting,
  sliceId: string,
  change: { name?: string | undefined; description?: string | null | undefined },
): Promise<SliceRow> {
  return db.transaction().execute(async (tx) => {
    await getSlice(tx, acting.tenantId, sliceId);
    const { name, description } = change;
    if (name !== undefined || description !== undefined) {
      await renameSliceRow(tx, acting.tenantId, sliceId, {
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
      });
      await writeAudit(tx, acting, { action: 'slice.rename', targetId: sliceId });
    }
    return getSlice(tx, acting.tenantId, sliceId);
  });
}
