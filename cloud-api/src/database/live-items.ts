import { type RawBuilder, type SqlBool, sql } from 'kysely';

/** Tables whose rows name an item by its place. */
type PlacedTable =
  | 'item_vectors'
  | 'autotag_examples'
  | 'autotag_scores'
  | 'slice_items'
  | 'slice_objects'
  | 'object_vectors';

/**
 * The condition that joins `items` to the rows of a table: the live item at each row's place. The literal lets both databases use the partial
 * index items_live_by_seq.
 */
export function liveItemsAt(table: PlacedTable): RawBuilder<SqlBool> {
  const of = (column: string) => sql.ref(`${table}.${column}`);
  return sql<SqlBool>`items.tenant_id = ${of('tenant_id')} and items.dataset_id = ${of('dataset_id')}
    and items.seq = ${of('seq')} and items.state = 'live'`;
}
