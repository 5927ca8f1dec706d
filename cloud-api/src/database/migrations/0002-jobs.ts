import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from '../dialect.ts';

/** Jobs and what went wrong in them. */
export async function up(db: Kysely<unknown>, { key }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('jobs')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('kind', key, (column) => column.notNull())
    .addColumn('dataset_id', key)
    .addColumn('request_key', key)
    .addColumn('actor', key, (column) => column.notNull())
    .addColumn('input', 'text', (column) => column.notNull())
    .addColumn('checkpoint', 'text')
    .addColumn('state', key, (column) => column.notNull())
    .addColumn('message', 'text', (column) => column.notNull())
    .addColumn('completed_steps', 'bigint', (column) => column.notNull())
    .addColumn('total_steps', 'bigint', (column) => column.notNull())
    .addColumn('error_count', 'bigint', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('run_at', 'bigint', (column) => column.notNull())
    .addColumn('locked_by', key)
    .addColumn('locked_until', 'bigint', (column) => column.notNull())
    .addColumn('cancel_requested', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addPrimaryKeyConstraint('jobs_pk', ['tenant_id', 'id'])
    .execute();
  await db.schema.createIndex('jobs_by_request').unique().on('jobs').columns(['tenant_id', 'request_key']).execute();
  await db.schema.createIndex('jobs_by_time').on('jobs').columns(['tenant_id', 'created_at']).execute();
  // Claims look across tenants, at the few jobs that have not ended.
  await db.schema
    .createIndex('jobs_open')
    .on('jobs')
    .columns(['run_at', 'id'])
    .where(sql.ref('ended_at'), 'is', null)
    .execute();
  await db.schema
    .createTable('job_errors')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('job_id', key, (column) => column.notNull())
    .addColumn('n', 'bigint', (column) => column.notNull())
    .addColumn('error', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('job_errors_pk', ['tenant_id', 'job_id', 'n'])
    .execute();
}
