import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../dialect.ts';

/** Embedding indexes of datasets and the vectors of their items. */
export async function up(db: Kysely<unknown>, { key }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('embedding_indexes')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('kind', key, (column) => column.notNull())
    .addColumn('dimension', 'integer', (column) => column.notNull())
    .addColumn('state', key, (column) => column.notNull())
    .addColumn('is_primary', 'integer', (column) => column.notNull())
    .addColumn('is_continuous', 'integer', (column) => column.notNull())
    .addColumn('change_no', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('deleted_at', 'bigint')
    .addPrimaryKeyConstraint('embedding_indexes_pk', ['tenant_id', 'dataset_id', 'id'])
    .execute();
  await db.schema
    .createTable('item_vectors')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('index_id', key, (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('change_no', 'bigint', (column) => column.notNull())
    .addColumn('vector', 'text')
    .addPrimaryKeyConstraint('item_vectors_pk', ['tenant_id', 'dataset_id', 'index_id', 'seq'])
    .execute();
  await db.schema
    .createIndex('item_vectors_by_change')
    .on('item_vectors')
    .columns(['tenant_id', 'dataset_id', 'change_no', 'index_id', 'seq'])
    .execute();
}
