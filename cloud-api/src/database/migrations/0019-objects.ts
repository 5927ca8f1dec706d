import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../dialect.ts';

/** Slices of labels, and vectors of labels. */
export async function up(db: Kysely<unknown>, { key }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('slice_objects')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('slice_id', key, (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('label_id', key, (column) => column.notNull())
    .addColumn('run_id', key, (column) => column.notNull())
    .addPrimaryKeyConstraint('slice_objects_pk', ['tenant_id', 'dataset_id', 'slice_id', 'seq', 'label_id'])
    .execute();
  await db.schema
    .createTable('object_vectors')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('run_id', key, (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('label_id', key, (column) => column.notNull())
    .addColumn('index_id', key, (column) => column.notNull())
    .addColumn('vector', 'text', (column) => column.notNull())
    // Vectors go with the labels of their item, which are deleted by these columns.
    .addPrimaryKeyConstraint('object_vectors_pk', ['tenant_id', 'dataset_id', 'run_id', 'seq', 'label_id', 'index_id'])
    .execute();
  await db.schema
    .alterTable('embedding_indexes')
    .addColumn('level', key, (column) => column.notNull().defaultTo('image'))
    .execute();
}
