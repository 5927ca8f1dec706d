import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../dialect.ts';

/** Since when an object is referred to by nothing, and the objects whose bytes are to go. */
export async function up(db: Kysely<unknown>, { key }: ColumnTypes): Promise<void> {
  await db.schema.alterTable('objects').addColumn('unreferenced_since', 'bigint').execute();
  await db.schema
    .createTable('object_removals')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('sha256', key, (column) => column.notNull())
    .addColumn('state', key, (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('object_removals_pk', ['tenant_id', 'sha256'])
    .execute();
}
