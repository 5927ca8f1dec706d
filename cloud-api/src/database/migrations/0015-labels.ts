import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from '../dialect.ts';

/** Annotations and predictions, their counts and their masks. */
export async function up(db: Kysely<unknown>, { key }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('labels')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('run_id', key, (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('identity', key, (column) => column.notNull())
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('kind', key, (column) => column.notNull())
    .addColumn('label', 'text', (column) => column.notNull())
    .addColumn('taxonomy', key)
    .addColumn('annotation_id', 'text')
    .addColumn('task_id', 'text')
    .addColumn('track_reference_id', 'text')
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('change_no', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    // Labels of an item stand side by side: that is how they are read, counted and deleted.
    .addPrimaryKeyConstraint('labels_pk', ['tenant_id', 'dataset_id', 'run_id', 'seq', 'identity'])
    .execute();
  // Few labels have one, and a taxonomy takes its labels with it.
  await db.schema
    .createIndex('labels_by_taxonomy')
    .on('labels')
    .columns(['tenant_id', 'dataset_id', 'taxonomy', 'run_id', 'seq'])
    .where(sql.ref('taxonomy'), 'is not', null)
    .execute();
  await db.schema
    .createTable('label_totals')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('run_id', key, (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('change_no', 'bigint', (column) => column.notNull())
    .addColumn('totals', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('label_totals_pk', ['tenant_id', 'dataset_id', 'run_id', 'seq'])
    .execute();
  await db.schema
    .createIndex('label_totals_by_change')
    .on('label_totals')
    .columns(['tenant_id', 'dataset_id', 'change_no', 'run_id', 'seq'])
    .execute();
  await db.schema
    .createTable('label_masks')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('run_id', key, (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('sha256', key, (column) => column.notNull())
    .addPrimaryKeyConstraint('label_masks_pk', ['tenant_id', 'dataset_id', 'run_id', 'seq'])
    .execute();
  await db.schema.createIndex('label_masks_by_object').on('label_masks').columns(['tenant_id', 'sha256']).execute();
  await db.schema
    .alterTable('datasets')
    .addColumn('accepts_masks', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
}
