import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../dialect.ts';

type Key = ColumnTypes['key'];

/** Projects, batches, tasks with their attachments, and the ledger of what was billed. */
export async function up(db: Kysely<unknown>, { key }: ColumnTypes): Promise<void> {
  await createGroups(db, key);
  await createTasks(db, key);
  await createUsage(db, key);
}

async function createGroups(db: Kysely<unknown>, key: Key): Promise<void> {
  await db.schema
    .createTable('projects')
    .addColumn('tenant_id', key, (column) => column.notNull().references('tenants.id'))
    .addColumn('name', key, (column) => column.notNull())
    .addColumn('type', key, (column) => column.notNull())
    .addColumn('param_history', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('projects_pk', ['tenant_id', 'name'])
    .execute();
  await db.schema
    .createTable('batches')
    .addColumn('tenant_id', key, (column) => column.notNull().references('tenants.id'))
    .addColumn('name', key, (column) => column.notNull())
    .addColumn('project', key, (column) => column.notNull())
    .addColumn('callback', 'text')
    .addColumn('metadata', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('finalized_at', 'bigint')
    .addColumn('completed_at', 'bigint')
    .addPrimaryKeyConstraint('batches_pk', ['tenant_id', 'name'])
    .execute();
}

async function createTasks(db: Kysely<unknown>, key: Key): Promise<void> {
  await db.schema
    .createTable('tasks')
    .addColumn('tenant_id', key, (column) => column.notNull().references('tenants.id'))
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('type', key, (column) => column.notNull())
    .addColumn('status', key, (column) => column.notNull())
    .addColumn('project', key)
    .addColumn('batch', key)
    .addColumn('unique_id', key)
    .addColumn('idempotency_key', key)
    .addColumn('request_hash', key, (column) => column.notNull())
    .addColumn('instruction', 'text')
    .addColumn('params', 'text', (column) => column.notNull())
    .addColumn('callback_url', 'text')
    .addColumn('callback_succeeded', 'integer')
    .addColumn('response', 'text')
    .addColumn('metadata', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('completed_at', 'bigint')
    .addPrimaryKeyConstraint('tasks_pk', ['tenant_id', 'id'])
    .execute();
  await db.schema.createIndex('tasks_by_time').on('tasks').columns(['tenant_id', 'created_at', 'id']).execute();
  await db.schema.createIndex('tasks_by_unique_id').unique().on('tasks').columns(['tenant_id', 'unique_id']).execute();
  await db.schema
    .createIndex('tasks_by_idempotency_key')
    .unique()
    .on('tasks')
    .columns(['tenant_id', 'idempotency_key'])
    .execute();
  await db.schema.createIndex('tasks_by_batch').on('tasks').columns(['tenant_id', 'batch', 'status']).execute();
  await db.schema.createIndex('tasks_by_status').on('tasks').columns(['tenant_id', 'status', 'created_at']).execute();
  await db.schema
    .createTable('task_tags')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('task_id', key, (column) => column.notNull())
    .addColumn('tag', key, (column) => column.notNull())
    .addPrimaryKeyConstraint('task_tags_pk', ['tenant_id', 'task_id', 'tag'])
    .execute();
  await db.schema.createIndex('task_tags_by_tag').on('task_tags').columns(['tenant_id', 'tag']).execute();
  await db.schema
    .createTable('task_attachments')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('task_id', key, (column) => column.notNull())
    .addColumn('place', 'integer', (column) => column.notNull())
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('role', key, (column) => column.notNull())
    .addColumn('url', 'text', (column) => column.notNull())
    .addColumn('state', key, (column) => column.notNull())
    .addColumn('code', key)
    .addColumn('message', 'text')
    .addColumn('tries', 'integer', (column) => column.notNull())
    .addColumn('sha256', key)
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('task_attachments_pk', ['tenant_id', 'task_id', 'place'])
    .execute();
  await db.schema
    .createIndex('task_attachments_by_object')
    .on('task_attachments')
    .columns(['tenant_id', 'sha256'])
    .execute();
  await db.schema
    .createIndex('task_attachments_by_state')
    .on('task_attachments')
    .columns(['tenant_id', 'state'])
    .execute();
}

async function createUsage(db: Kysely<unknown>, key: Key): Promise<void> {
  await db.schema
    .createTable('usage_rows')
    .addColumn('tenant_id', key, (column) => column.notNull().references('tenants.id'))
    .addColumn('n', 'bigint', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('task_id', key, (column) => column.notNull())
    .addColumn('type', key, (column) => column.notNull())
    .addColumn('project', key)
    .addColumn('batch', key)
    .addColumn('actor', key, (column) => column.notNull())
    .addColumn('units', 'bigint', (column) => column.notNull())
    .addColumn('attachments', 'text', (column) => column.notNull())
    .addColumn('prev', key, (column) => column.notNull())
    .addColumn('hash', key, (column) => column.notNull())
    .addPrimaryKeyConstraint('usage_rows_pk', ['tenant_id', 'n'])
    .execute();
  // No task is billed twice, whatever the code above does.
  await db.schema
    .createIndex('usage_rows_by_task')
    .unique()
    .on('usage_rows')
    .columns(['tenant_id', 'task_id'])
    .execute();
  await db.schema.createIndex('usage_rows_by_time').on('usage_rows').columns(['tenant_id', 'at']).execute();
  await db.schema
    .createTable('usage_heads')
    .addColumn('tenant_id', key, (column) => column.primaryKey())
    .addColumn('n', 'bigint', (column) => column.notNull())
    .addColumn('hash', key, (column) => column.notNull())
    .execute();
}
