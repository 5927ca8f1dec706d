import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../dialect.ts';

/** CSV files whose rows become tasks, locks of uploads, pictures of items that were asked for again, and the hosts that jobs ask. */
export async function up(db: Kysely<unknown>, { key }: ColumnTypes): Promise<void> {
  const uploads = () => db.schema.alterTable('resumable_uploads');
  await uploads().addColumn('project', 'text').execute();
  await uploads().addColumn('batch', 'text').execute();
  await uploads().addColumn('lock_holder', key).execute();
  await uploads()
    .addColumn('lock_until', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
  await uploads()
    .addColumn('lock_wanted', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createTable('item_fetches')
    .addColumn('tenant_id', key, (column) => column.notNull().references('tenants.id'))
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('item_id', key, (column) => column.notNull())
    .addColumn('state', key, (column) => column.notNull())
    .addColumn('code', key)
    .addColumn('message', 'text')
    .addColumn('tries', 'integer', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('item_fetches_pk', ['tenant_id', 'dataset_id', 'item_id'])
    .execute();
  await db.schema.alterTable('jobs').addColumn('host', key).execute();
}
