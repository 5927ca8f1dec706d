import { AppError } from '@nucleus/shared/failure/app-error';
import { type Find, where } from './find-items.ts';
import type { Projection, SearchView } from './projection.ts';
import { fieldByName } from './resolve-field.ts';
import type { FieldType, SearchField } from './search-field.ts';

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

/**
 * Counts of a number field in equal bins from `min` to `max`, the last bin closed; values beyond a given span are in the end bins.
 * A field of dates or times, as ISO texts, is counted by milliseconds since 1970, read as UTC unless they are of another clock.
 */
export interface Histogram {
  field: string;
  scale?: 'time';
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
  const view = await projection.current();
  const { schema } = view;
  const field = fieldByName(fieldName, schema);
  const { sql, parameters } = where(find, schema);
  const rows = await view.ask(
    `with counted as (select ${field.column} as value, count(*) as items from items ${sql} group by 1)
     select value, items::double, (select count(value)::double from counted),
       coalesce((select items from counted where value is null), 0)::double
     from counted where value is not null order by items desc, value limit ?`,
    [...parameters, limit],
  );
  const missing = rows.length > 0 ? Number(rows[0]?.[3]) : await countMissing(view, field.column, sql, parameters);
  return {
    field: field.name,
    type: field.type,
    values: rows.map(([value, count]) => ({ value: value as string | number | boolean, count: Number(count) })),
    missing,
    distinct: Number(rows[0]?.[2] ?? 0),
  };
}

/** @throws QueryError for a bad condition, AppError `invalid-request` for a field that holds neither numbers nor times */
export async function countHistogram(
  projection: Projection,
  find: Pick<Find, 'condition'>,
  fieldName: string,
  bins: number,
  span?: { min: number; max: number },
): Promise<Histogram> {
  const view = await projection.current();
  const { schema } = view;
  const field = fieldByName(fieldName, schema);
  if (field.type === 'boolean') throw noHistogram(field);
  const { sql, parameters } = where(find, schema);
  const ends = span === undefined ? [] : [span.min, span.max];
  const end = (found: string): string => (span === undefined ? found : 'cast(? as double precision)');
  const rows = await view.ask(
    `with chosen as (select ${amountOf(field)} as value from items ${sql}),
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
  if (field.type === 'text' && counts.every((count) => count === 0)) await assertTimes(view, field, sql, parameters);
  return {
    field: field.name,
    ...(field.type === 'text' ? { scale: 'time' as const } : {}),
    min: low === null ? null : Number(low),
    max: high === null ? null : Number(high),
    bins: counts,
    missing: Number(lacking),
  };
}

async function countMissing(
  view: SearchView,
  column: string,
  sql: string,
  parameters: (string | number | boolean)[],
): Promise<number> {
  const [row] = await view.ask(
    `select count(*)::double from items ${sql === '' ? 'where' : `${sql} and`} ${column} is null`,
    parameters,
  );
  return Number(row?.[0] ?? 0);
}

const isTime =
  '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](.[0-9]+)?Z?)?';

/** A field as a number: itself, or the milliseconds of a date or time; null for another text. Names no input. */
function amountOf({ type, column }: SearchField): string {
  if (type !== 'text') return column;
  const digits = (from: number, count: number): string => `cast(substr(${column}, ${from}, ${count}) as integer)`;
  const day = `(make_date(${digits(1, 4)}, ${digits(6, 2)}, 1) + (${digits(9, 2)} - 1))`;
  const seconds = `(${digits(12, 2)} * 3600 + ${digits(15, 2)} * 60 + ${digits(18, 2)})`;
  return `case when ${column} ~ '^${isTime}$' then
    (extract(epoch from ${day}) + case when length(${column}) > 10 then ${seconds} else 0 end) * 1000.0 end`;
}

/** @throws AppError `invalid-request` when there are texts and none is a time */
async function assertTimes(
  view: SearchView,
  field: SearchField,
  sql: string,
  parameters: (string | number | boolean)[],
): Promise<void> {
  const [row] = await view.ask(`select count(${field.column})::double from items ${sql}`, parameters);
  if (Number(row?.[0] ?? 0) > 0) throw noHistogram(field);
}

function noHistogram({ name, type }: SearchField): AppError {
  return new AppError('invalid-request', `${name} is a ${type}; a histogram needs numbers, dates or times.`, {
    at: 'field',
  });
}
