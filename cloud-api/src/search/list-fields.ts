import type { Projection, SearchView } from './projection.ts';
import type { FieldType, SearchField } from './search-field.ts';

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
  const { ask } = await projection.current();
  const [row] = await ask('select count(phash)::double from items');
  return Number(row?.[0] ?? 0);
}

/** Fields that are summed up by one statement, so that each stays far below the second that a statement may take. */
const fieldsPerStatement = 8;

/** What was found last, for as long as nothing was written: completion asks at every key. */
const known = new WeakMap<Projection, { position: string; fields: Promise<FieldSummary[]> }>();

/** The metadata fields of a dataset, by name, current with every write that was answered before. */
export async function listFields(projection: Projection): Promise<FieldSummary[]> {
  const view = await projection.current();
  const before = known.get(projection);
  if (before?.position === view.position) return before.fields;
  const fields = sumUpFields(view);
  known.set(projection, { position: view.position, fields });
  fields.catch(() => known.delete(projection));
  return fields;
}

async function sumUpFields(view: SearchView): Promise<FieldSummary[]> {
  const fields = [...view.schema.metadata.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const found: FieldSummary[] = [];
  for (let start = 0; start < fields.length; start += fieldsPerStatement) {
    found.push(...(await sumUp(view, fields.slice(start, start + fieldsPerStatement))));
  }
  return found;
}

/** One pass over the columns of some fields. */
async function sumUp({ ask }: SearchView, fields: readonly SearchField[]): Promise<FieldSummary[]> {
  const parts = fields.map(({ column, type }) => {
    const span = type === 'number' ? `min(${column}), max(${column})` : 'null, null';
    return `(count(*) - count(${column}))::double, least(approx_count_distinct(${column}), count(${column}))::double, ${span}`;
  });
  const [row = []] = await ask(`select ${parts.join(', ')} from items`);
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
