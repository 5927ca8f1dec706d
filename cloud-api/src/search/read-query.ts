import { parseQuery } from '@nucleus/shared/query/parse-query';
import type { Find } from './find-items.ts';

/** The condition of a query text; an empty one asks for everything. @throws QueryError */
export function readQuery(query: string | null | undefined): Find['condition'] {
  return query == null || query.trim() === '' ? undefined : parseQuery(query);
}
