import type { Projection } from './projection.ts';
import type { FieldType } from './search-field.ts';

/** Texts with at most this many different values are categorical: they have facets and their values are completed. */
export const categoricalLimit = 250;

/** A metadata field of a dataset and what it holds. */
export interface FieldSummary {
  name: string;
  type: FieldType;
  /** Items that lack it. */
  missing: number;
  distinct: number;
  categorical: boolean;
  /** Of number fields. */
  min?: number;
  max?: number;
}

/** How many items have a perceptual hash. */
export async function countHashes(projection: Projection): Promise<number> {
  const [row] = await projection.ask('select count(phash)::double from items');
  return Number(row?.[0] ?? 0);
}

/** The metadata fields of a dataset, by name, in one pass over the projection. */
export async function listFields(projection: Projection): Promise<FieldSummary[]> {
  const fields = [...(await projection.schema()).metadata.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (fields.length === 0) return [];
  const parts = fields.map(({ column, type }) => {
    const span = type === 'number' ? `min(${column}), max(${column})` : 'null, null';
    return `(count(*) - count(${column}))::double, least(approx_count_distinct(${column}), count(${column}))::double, ${span}`;
  });
  const [row = []] = await projection.ask(`select ${parts.join(', ')} from items`);
  return fields.map(({ name, type }, i) => {
    const [missing, distinct, min, max] = row.slice(i * 4, i * 4 + 4);
    return {
      name,
      type,
      missing: Number(missing),
      distinct: Number(distinct),
      categorical: type !== 'number' && Number(distinct) <= categoricalLimit,
      ...(type === 'number' && min !== null ? { min: Number(min), max: Number(max) } : {}),
    };
  });
}
