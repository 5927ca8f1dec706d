import type { ConditionNode } from '@nucleus/shared/query/query-tree';
import { compileQuery } from './compile-query.ts';
import type { Projection } from './projection.ts';
import { fieldByName } from './resolve-field.ts';
import type { SearchSchema } from './search-field.ts';

/** An order of results: by a field, missing values last, ties in insertion order. */
export interface SortOrder {
  field: string;
  descending: boolean;
}

/** Which items, in which order. No condition means all of them. */
export interface Find {
  condition?: ConditionNode | undefined;
  sort?: SortOrder | undefined;
}

/** How many items meet a condition. @throws QueryError */
export async function countItems(projection: Projection, find: Pick<Find, 'condition'>): Promise<number> {
  const { schema, ask } = await projection.current();
  const { sql, parameters } = where(find, schema);
  const [row] = await ask(`select count(*)::double from items ${sql}`, parameters);
  return Number(row?.[0] ?? 0);
}

/** Sequence numbers of a page of items by place in the order. @throws QueryError */
export async function findItems(
  projection: Projection,
  find: Find,
  page: { offset: number; limit: number },
): Promise<number[]> {
  const { schema, ask } = await projection.current();
  const { sql, parameters } = where(find, schema);
  const order = find.sort
    ? `${fieldByName(find.sort.field, schema).column} ${find.sort.descending ? 'desc' : 'asc'} nulls last, `
    : '';
  const rows = await ask(`select seq::double from items ${sql} order by ${order}seq limit ? offset ?`, [
    ...parameters,
    page.limit,
    page.offset,
  ]);
  return rows.map(([seq]) => Number(seq));
}

/** How many items of a find stand before the one with a reference id; undefined when it is not among them. @throws QueryError */
export async function findPlace(projection: Projection, find: Find, referenceId: string): Promise<number | undefined> {
  const { schema, ask } = await projection.current();
  const { sql, parameters } = where(find, schema);
  const among = sql === '' ? 'where' : `${sql} and`;
  const column = find.sort === undefined ? undefined : fieldByName(find.sort.field, schema).column;
  const isBefore =
    column === undefined
      ? 'seq < own_seq'
      : `(coalesce(${column} ${find.sort?.descending ? '>' : '<'} own_value, false)
          or (own_value is null and ${column} is not null)
          or (${column} is not distinct from own_value and seq < own_seq))`;
  const [row] = await ask(
    `with own as (select seq as own_seq, ${column ?? 'null'} as own_value from items ${among} reference_id = ?)
     select (select count(*) from own)::double, (select count(*) from items, own ${among} ${isBefore})::double`,
    [...parameters, referenceId, ...parameters],
  );
  return Number(row?.[0] ?? 0) === 0 ? undefined : Number(row?.[1]);
}

/** Sequence numbers of the matching items after `afterSeq`, in insertion order: a page that neither repeats nor drops. @throws QueryError */
export async function findItemsAfter(
  projection: Projection,
  find: Pick<Find, 'condition'>,
  page: { afterSeq: number; limit: number },
): Promise<number[]> {
  const { schema, ask } = await projection.current();
  const { sql, parameters } = where(find, schema);
  const rows = await ask(
    `select seq::double from items ${sql === '' ? 'where' : `${sql} and`} seq > ? order by seq limit ?`,
    [...parameters, page.afterSeq, page.limit],
  );
  return rows.map(([seq]) => Number(seq));
}

/** The `where` clause of a find; empty when there is no condition. */
export function where(
  find: Pick<Find, 'condition'>,
  schema: SearchSchema,
): { sql: string; parameters: (string | number | boolean)[] } {
  if (!find.condition) return { sql: '', parameters: [] };
  const compiled = compileQuery(find.condition, schema);
  return { sql: `where ${compiled.sql}`, parameters: compiled.parameters };
}
