import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../dialect.ts';

/** Slices, their members and the taxonomies of datasets. */
export async function up(db: Kysely<unknown>, { key }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('slices')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('type', key, (column) => column.notNull())
    .addColumn('description', 'text')
    .addColumn('tags', 'text', (column) => column.notNull())
    .addColumn('pending_jobs', 'integer', (column) => column.notNull())
    .addColumn('change_no', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('deleted_at', 'bigint')
    // Routes name a slice without its dataset.
    .addPrimaryKeyConstraint('slices_pk', ['tenant_id', 'id'])
    .execute();
  await db.schema
    .createIndex('slices_by_change')
    .on('slices')
    .columns(['tenant_id', 'dataset_id', 'change_no'])
    .execute();
  await db.schema
    .createTable('slice_items')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('slice_id', key, (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('change_no', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('slice_items_pk', ['tenant_id', 'dataset_id', 'slice_id', 'seq'])
    .execute();
  await db.schema
    .createIndex('slice_items_by_change')
    .on('slice_items')
    .columns(['tenant_id', 'dataset_id', 'change_no', 'slice_id', 'seq'])
    .execute();
  await db.schema
    .createTable('taxonomies')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('name', key, (column) => column.notNull())
    .addColumn('type', key, (column) => column.notNull())
    .addColumn('labels', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('taxonomies_pk', ['tenant_id', 'dataset_id', 'name'])
    .execute();
}
