import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../dialect.ts';

/** Who wrote to a dataset and when, and what writes did to items that were there before. */
export async function up(db: Kysely<unknown>, { key }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('dataset_writes')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('change_no', 'bigint', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('actor', key, (column) => column.notNull())
    .addPrimaryKeyConstraint('dataset_writes_pk', ['tenant_id', 'dataset_id', 'change_no'])
    .execute();
  await db.schema
    .createTable('item_events')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('item_id', key, (column) => column.notNull())
    .addColumn('change_no', 'bigint', (column) => column.notNull())
    .addColumn('kind', key, (column) => column.notNull())
    .addColumn('rev', 'bigint')
    .addPrimaryKeyConstraint('item_events_pk', ['tenant_id', 'dataset_id', 'item_id', 'change_no', 'kind'])
    .execute();
}
