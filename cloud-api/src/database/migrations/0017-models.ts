import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../dialect.ts';

/** Models and their runs over datasets; what a run predicted is among the labels. */
export async function up(db: Kysely<unknown>, { key }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('models')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('reference_id', key, (column) => column.notNull())
    .addColumn('metadata', 'text', (column) => column.notNull())
    .addColumn('bundle_name', 'text')
    .addColumn('tags', 'text', (column) => column.notNull())
    .addColumn('trained_slice_ids', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('deleted_at', 'bigint')
    .addPrimaryKeyConstraint('models_pk', ['tenant_id', 'id'])
    .execute();
  await db.schema.createIndex('models_by_reference').on('models').columns(['tenant_id', 'reference_id']).execute();
  await db.schema
    .createTable('model_runs')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('model_id', key, (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('metadata', 'text', (column) => column.notNull())
    .addColumn('annotation_metadata_schema', 'text')
    .addColumn('change_no', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('deleted_at', 'bigint')
    // Routes name a run without its dataset.
    .addPrimaryKeyConstraint('model_runs_pk', ['tenant_id', 'id'])
    .execute();
  await db.schema
    .createIndex('model_runs_by_change')
    .on('model_runs')
    .columns(['tenant_id', 'dataset_id', 'change_no'])
    .execute();
}
