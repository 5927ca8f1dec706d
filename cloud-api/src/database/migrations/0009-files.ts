import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../dialect.ts';

/** Scale Files. */
export async function up(db: Kysely<unknown>, { key }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('files')
    .addColumn('tenant_id', key, (column) => column.notNull().references('tenants.id'))
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('reference_id', key)
    .addColumn('display_name', 'text')
    .addColumn('project_name', key)
    .addColumn('metadata', 'text', (column) => column.notNull())
    .addColumn('sha256', key, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('used_at', 'bigint')
    .addPrimaryKeyConstraint('files_pk', ['tenant_id', 'id'])
    .execute();
  await db.schema
    .createIndex('files_by_reference')
    .unique()
    .on('files')
    .columns(['tenant_id', 'reference_id'])
    .execute();
  await db.schema.createIndex('files_by_time').on('files').columns(['tenant_id', 'created_at', 'id']).execute();
  await db.schema.createIndex('files_by_object').on('files').columns(['tenant_id', 'sha256']).execute();
}
