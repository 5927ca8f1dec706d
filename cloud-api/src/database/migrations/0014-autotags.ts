import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../dialect.ts';

/** Autotags: classifiers, what they were trained from and how they score items. */
export async function up(db: Kysely<unknown>, { key }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('autotags')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('basis', key, (column) => column.notNull())
    .addColumn('state', key, (column) => column.notNull())
    .addColumn('generation', 'bigint', (column) => column.notNull())
    .addColumn('last_generation', 'bigint', (column) => column.notNull())
    .addColumn('change_no', 'bigint', (column) => column.notNull())
    .addColumn('refinement_steps', 'bigint', (column) => column.notNull())
    .addColumn('refinement_positives', 'bigint', (column) => column.notNull())
    .addColumn('refinement_ms', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('deleted_at', 'bigint')
    // Routes name an autotag without its dataset.
    .addPrimaryKeyConstraint('autotags_pk', ['tenant_id', 'id'])
    .execute();
  await db.schema
    .createIndex('autotags_by_dataset')
    .on('autotags')
    .columns(['tenant_id', 'dataset_id', 'change_no'])
    .execute();
  await db.schema
    .createTable('autotag_examples')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('autotag_id', key, (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('is_positive', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('autotag_examples_pk', ['tenant_id', 'dataset_id', 'autotag_id', 'seq'])
    .execute();
  await db.schema
    .createTable('autotag_models')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('autotag_id', key, (column) => column.notNull())
    .addColumn('generation', 'bigint', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('autotag_models_pk', ['tenant_id', 'dataset_id', 'autotag_id', 'generation'])
    .execute();
  await db.schema
    .createTable('autotag_scores')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('autotag_id', key, (column) => column.notNull())
    .addColumn('generation', 'bigint', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('score_millionths', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('autotag_scores_pk', ['tenant_id', 'dataset_id', 'autotag_id', 'generation', 'seq'])
    .execute();
  await db.schema
    .createIndex('autotag_scores_by_score')
    .on('autotag_scores')
    .columns(['tenant_id', 'dataset_id', 'autotag_id', 'generation', 'score_millionths', 'seq'])
    .execute();
}
