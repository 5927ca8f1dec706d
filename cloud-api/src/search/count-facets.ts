import { AppError } from '@nucleus/shared/failure/app-error';
import { type Find, where } from './find-items.ts';
import type { Projection } from './projection.ts';
import { fieldByName } from './resolve-field.ts';
import type { FieldType } from './search-field.ts';

/** Values of one field among the items of a find, most frequent first, ties by value. */
export interface Facet {
  field: string;
  type: FieldType;
  values: { value: string | number | boolean; count: number }[];
  /** Items that lack the field. */
  missing: number;
  /** Distinct values in all, of which `values` are the first. */
  distinct: number;
}

/** Counts of a number field in equal bins from `min` to `max`, the last bin closed; values beyond a given span are in the end bins. */
export interface Histogram {
  field: string;
  min: number | null;
  max: number | null;
  bins: number[];
  missing: number;
}

/** @throws QueryError for a bad condition, AppError `invalid-request` for an unknown field */
export async function countFacet(
  projection: Projection,
  find: Pick<Find, 'condition'>,
  fieldName: string,
  limit: number,
): Promise<Facet> {
  const schema = await projection.schema();
  const field = fieldByName(fieldName, schema);
  const { sql, parameters } = where(find, schema);
  const rows = await projection.ask(
    `with counted as (select ${field.column} as value, count(*) as items from items ${sql} group by 1)
     select value, items::double, (select count(value)::double from counted),
       coalesce((select items from counted where value is null), 0)::double
     from counted where value is not null order by items desc, value limit ?`,
    [...parameters, limit],
  );
  const missing =
    rows.length > 0 ? Number(rows[0]?.[3]) : await countMissing(projection, field.column, sql, parameters);
  return {
    field: field.name,
    type: field.type,
    values: rows.map(([value, count]) => ({ value: value as string | number | boolean, count: Number(count) })),
    missing,
    distinct: Number(rows[0]?.[2] ?? 0),
  };
}

/** @throws QueryError for a bad condition, AppError `invalid-request` for a field that holds no numbers */
export async function countHistogram(
  projection: Projection,
  find: Pick<Find, 'condition'>,
  fieldName: string,
  bins: number,
  span?: { min: number; max: number },
): Promise<Histogram> {
  const schema = await projection.schema();
  const field = fieldByName(fieldName, schema);
  if (field.type !== 'number') {
    throw new AppError('invalid-request', `${field.name} is a ${field.type}; a histogram needs numbers.`, {
      at: 'field',
    });
  }
  const { sql, parameters } = where(find, schema);
  const ends = span === undefined ? [] : [span.min, span.max];
  const end = (found: string): string => (span === undefined ? found : 'cast(? as double precision)');
  const rows = await projection.ask(
    `with chosen as (select ${field.column} as value from items ${sql}),
       span as (select ${end('min(value)')} as low, ${end('max(value)')} as high, count(*) - count(value) as lacking from chosen)
     select low, high, lacking::double,
       greatest(0, least(cast(floor((value - low) / nullif(high - low, 0) * ?) as integer), ? - 1)) as bin, count(value)::double
     from span left join chosen on value is not null group by all order by bin nulls first`,
    [...parameters, ...ends, bins, bins],
  );
  const counts = new Array<number>(bins).fill(0);
  for (const [, , , bin, count] of rows) {
    const place = bin === null ? 0 : Number(bin);
    counts[place] = (counts[place] ?? 0) + Number(count);
  }
  const [low = null, high = null, lacking = 0] = rows[0] ?? [];
  return {
    field: field.name,
    min: low === null ? null : Number(low),
    max: high === null ? null : Number(high),
    bins: counts,
    missing: Number(lacking),
  };
}

async function countMissing(
  projection: Projection,
  column: string,
  sql: string,
  parameters: (string | number | boolean)[],
): Promise<number> {
  const [row] = await projection.ask(
    `select count(*)::double from items ${sql === '' ? 'where' : `${sql} and`} ${column} is null`,
    parameters,
  );
  return Number(row?.[0] ?? 0);
}
