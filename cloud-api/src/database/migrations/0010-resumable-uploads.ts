import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../dialect.ts';

/** Resumable uploads, and what became of the rows of a CSV. */
export async function up(db: Kysely<unknown>, { key }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('resumable_uploads')
    .addColumn('tenant_id', key, (column) => column.notNull().references('tenants.id'))
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('actor', key, (column) => column.notNull())
    .addColumn('purpose', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('state', key, (column) => column.notNull())
    .addColumn('item_id', key)
    .addColumn('error', 'text')
    .addColumn('csv_shape', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addPrimaryKeyConstraint('resumable_uploads_pk', ['tenant_id', 'id'])
    .execute();
  // The protocol's own part knows an upload by its id alone.
  await db.schema.createIndex('resumable_uploads_by_id').unique().on('resumable_uploads').column('id').execute();
  await db.schema
    .createIndex('resumable_uploads_by_state')
    .on('resumable_uploads')
    .columns(['tenant_id', 'state'])
    .execute();
  await db.schema
    .createTable('csv_rows')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('upload_id', key, (column) => column.notNull())
    .addColumn('run', key, (column) => column.notNull())
    .addColumn('row_no', 'bigint', (column) => column.notNull())
    .addColumn('state', key, (column) => column.notNull())
    .addColumn('reference_id', 'text')
    .addColumn('item_id', key)
    .addColumn('code', key)
    .addColumn('error', 'text')
    .addPrimaryKeyConstraint('csv_rows_pk', ['tenant_id', 'upload_id', 'run', 'row_no'])
    .execute();
}
