import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../dialect.ts';

/** Stored images and the items that show them. */
export async function up(db: Kysely<unknown>, { key }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('objects')
    .addColumn('tenant_id', key, (column) => column.notNull().references('tenants.id'))
    .addColumn('sha256', key, (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('format', key, (column) => column.notNull())
    .addColumn('width', 'integer', (column) => column.notNull())
    .addColumn('height', 'integer', (column) => column.notNull())
    .addColumn('phash', key, (column) => column.notNull())
    .addColumn('blurhash', key, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('objects_pk', ['tenant_id', 'sha256'])
    .execute();
  await db.schema
    .createTable('item_assets')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('item_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('sha256', key, (column) => column.notNull())
    .addPrimaryKeyConstraint('item_assets_pk', ['tenant_id', 'item_id'])
    .execute();
  // What still shows an object is asked before it is removed.
  await db.schema.createIndex('item_assets_by_object').on('item_assets').columns(['tenant_id', 'sha256']).execute();
}
