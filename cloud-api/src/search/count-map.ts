import { AppError } from '@nucleus/shared/failure/app-error';
import { type Find, where } from './find-items.ts';
import type { Projection, SearchView } from './projection.ts';
import { fieldByName } from './resolve-field.ts';
import type { SearchField, SearchSchema } from './search-field.ts';

/** Degrees; `west` beyond `east` is a box across the 180th meridian. */
export interface MapBox {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** Which buckets: those of a grid of `grain` degrees from the south pole and the 180th meridian that hold items within the box. */
export interface MapGrid {
  box: MapBox;
  grain: number;
  latField: string;
  lonField: string;
  /** Most buckets that are told, the fullest first. */
  limit: number;
}

export interface MapCount {
  /** South-west corner of each bucket, degrees. */
  buckets: { south: number; west: number; count: number }[];
  /** How many buckets there are in all. */
  distinct: number;
  inside: number;
  outside: number;
  /** Items without a position. */
  missing: number;
}

/** @throws QueryError for a bad condition, AppError `invalid-request` for a field that holds no numbers */
export async function countMap(
  projection: Projection,
  find: Pick<Find, 'condition'>,
  { box, grain, latField, lonField, limit }: MapGrid,
): Promise<MapCount> {
  const view = await projection.current();
  const { schema } = view;
  const lat = degreesField(latField, schema);
  const lon = degreesField(lonField, schema);
  if (lat === undefined || lon === undefined) return nowhere(view, find);
  const { sql, parameters } = where(find, schema);
  const degrees = 'cast(? as double precision)';
  const acrossOr = box.west <= box.east ? 'and' : 'or';
  const rows = await view.ask(
    `with chosen as (select ${lat.column} as lat, ${lon.column} as lon from items ${sql}),
       placed as (select lat, lon, (lat >= ${degrees} and lat <= ${degrees} and (lon >= ${degrees} ${acrossOr} lon <= ${degrees})) as within
         from chosen where lat is not null and lon is not null),
       counted as (select floor((lat + 90) / ${degrees}) as y, floor((lon + 180) / ${degrees}) as x, count(*) as items
         from placed where within group by 1, 2)
     select y, x, items::double, (select count(*) from counted)::double, (select coalesce(sum(items), 0) from counted)::double,
       (select count(*) from placed)::double, (select count(*) from chosen)::double
     from (select 1) as one left join counted on true order by items desc nulls last, y, x limit ?`,
    [...parameters, box.south, box.north, box.west, box.east, grain, grain, limit],
  );
  const [, , , distinct = 0, inside = 0, placed = 0, chosen = 0] = (rows[0] ?? []).map(Number);
  return {
    buckets: rows
      .filter(([y]) => y !== null)
      .map(([y, x, count]) => ({
        south: Number(y) * grain - 90,
        west: Number(x) * grain - 180,
        count: Number(count),
      })),
    distinct,
    inside,
    outside: placed - inside,
    missing: chosen - placed,
  };
}

/** Undefined when the dataset has no such field: then no item has a position. */
function degreesField(name: string, schema: SearchSchema): SearchField | undefined {
  if (!schema.metadata.has(name)) return undefined;
  const field = fieldByName(name, schema);
  if (field.type === 'number') return field;
  throw new AppError('invalid-request', `${name} is a ${field.type}; a map needs degrees as numbers.`, {
    at: 'fields',
  });
}

async function nowhere({ schema, ask }: SearchView, find: Pick<Find, 'condition'>): Promise<MapCount> {
  const { sql, parameters } = where(find, schema);
  const [row] = await ask(`select count(*)::double from items ${sql}`, parameters);
  return { buckets: [], distinct: 0, inside: 0, outside: 0, missing: Number(row?.[0] ?? 0) };
}
