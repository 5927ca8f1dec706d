import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../dialect.ts';

/** Lists of names in what jobs answer, in parts; and jobs whose lists and files were withdrawn. */
export async function up(db: Kysely<unknown>, { key }: ColumnTypes): Promise<void> {
  await db.schema
    .alterTable('jobs')
    .addColumn('results_gone', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createTable('job_lists')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('job_id', key, (column) => column.notNull())
    .addColumn('name', key, (column) => column.notNull())
    .addColumn('n', 'bigint', (column) => column.notNull())
    .addColumn('part', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('job_lists_pk', ['tenant_id', 'job_id', 'name', 'n'])
    .execute();
}
