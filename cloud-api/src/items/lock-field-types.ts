/**
 * A metadata field holds numbers or text for the whole dataset, whichever came first, so that it can be compared and sorted.
 * Loaded at the start of a write and saved at its end; the claim on the dataset keeps other writers out between.
 */
import type { Database } from '../database/open-database.ts';
import { type FieldConflict, lockedType } from './rules.ts';

export interface FieldTypes {
  /** The first field whose value is of another kind than the dataset's; locks the kinds of new fields when there is none. */
  findConflict: (metadata: Readonly<Record<string, unknown>>) => FieldConflict | undefined;
  /** Stores the kinds that were locked since loading. */
  save: () => Promise<void>;
}

/** Kinds of a dataset's metadata fields: `number` or `text`. */
export async function readFieldTypes(
  db: Database,
  tenantId: string,
  datasetId: string,
): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom('field_types')
    .select(['field', 'type'])
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .execute();
  return new Map(rows.map(({ field, type }) => [field, type]));
}

/** Unlocks the fields that nobody may fill any more: their names are not to stay. */
export async function forgetFieldTypes(
  tx: Database,
  tenantId: string,
  datasetId: string,
  isForgotten: (field: string) => boolean,
): Promise<void> {
  const forgotten = [...(await readFieldTypes(tx, tenantId, datasetId)).keys()].filter(isForgotten);
  if (forgotten.length === 0) return;
  await tx
    .deleteFrom('field_types')
    .where('tenant_id', '=', tenantId)
    .where('dataset_id', '=', datasetId)
    .where('field', 'in', forgotten)
    .execute();
}

export async function lockFieldTypes(tx: Database, tenantId: string, datasetId: string): Promise<FieldTypes> {
  const types = new Map(await readFieldTypes(tx, tenantId, datasetId));
  const fresh: { field: string; type: string }[] = [];
  return {
    findConflict(metadata) {
      const unlocked: { field: string; type: string }[] = [];
      for (const [field, value] of Object.entries(metadata)) {
        const type = lockedType(value);
        if (type === undefined) continue;
        const known = types.get(field);
        if (known === undefined) unlocked.push({ field, type });
        else if (known !== type) return { field, holds: known, sent: type, value };
      }
      for (const { field, type } of unlocked) types.set(field, type);
      fresh.push(...unlocked);
      return undefined;
    },
    async save() {
      for (const { field, type } of fresh) {
        await tx
          .insertInto('field_types')
          .values({ tenant_id: tenantId, dataset_id: datasetId, field, type })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
    },
  };
}
