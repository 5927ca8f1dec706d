import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../dialect.ts';

/** Slices that a query fills, members that leave again, and changes of tags that can be undone for a while. */
export async function up(db: Kysely<unknown>, { key }: ColumnTypes): Promise<void> {
  await db.schema.alterTable('slices').addColumn('query', 'text').execute();
  // A member that left stays as a row with its change number: projections hear of it like of one that came.
  await db.schema
    .alterTable('slice_items')
    .addColumn('is_member', 'smallint', (column) => column.notNull().defaultTo(1))
    .execute();
  await db.schema
    .createTable('tag_changes')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('change_no', 'bigint', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('tag_changes_pk', ['tenant_id', 'dataset_id', 'id'])
    .execute();
}
