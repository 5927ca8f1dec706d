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
  const { sql, parameters } = where(find, await projection.schema());
  const [row] = await projection.ask(`select count(*)::double from items ${sql}`, parameters);
  return Number(row?.[0] ?? 0);
}

/** Sequence numbers of a page of items by place in the order. @throws QueryError */
export async function findItems(
  projection: Projection,
  find: Find,
  page: { offset: number; limit: number },
): Promise<number[]> {
  const schema = await projection.schema();
  const { sql, parameters } = where(find, schema);
  const order = find.sort
    ? `${fieldByName(find.sort.field, schema).column} ${find.sort.descending ? 'desc' : 'asc'} nulls last, `
    : '';
  const rows = await projection.ask(`select seq::double from items ${sql} order by ${order}seq limit ? offset ?`, [
    ...parameters,
    page.limit,
    page.offset,
  ]);
  return rows.map(([seq]) => Number(seq));
}

/** Sequence numbers of the matching items after `afterSeq`, in insertion order: a page that neither repeats nor drops. @throws QueryError */
export async function findItemsAfter(
  projection: Projection,
  find: Pick<Find, 'condition'>,
  page: { afterSeq: number; limit: number },
): Promise<number[]> {
  const { sql, parameters } = where(find, await projection.schema());
  const rows = await projection.ask(
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
