import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../dialect.ts';

/** Ways into stores of customers. */
export async function up(db: Kysely<unknown>, { key }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('integrations')
    .addColumn('tenant_id', key, (column) => column.notNull().references('tenants.id'))
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('kind', key, (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('place', key, (column) => column.notNull())
    .addColumn('settings', 'text', (column) => column.notNull())
    .addColumn('sealed', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('checked_at', 'bigint', (column) => column.notNull())
    .addColumn('check_code', key, (column) => column.notNull())
    .addColumn('check_message', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('integrations_pk', ['tenant_id', 'id'])
    .execute();
  await db.schema
    .createIndex('integrations_by_place')
    .unique()
    .on('integrations')
    .columns(['tenant_id', 'kind', 'place'])
    .execute();
}
