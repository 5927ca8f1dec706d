import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from '../dialect.ts';

/** Tenants, keys, sessions, audit, datasets, items, agents and their sources. */
export async function up(db: Kysely<unknown>, { key }: ColumnTypes): Promise<void> {
  await createAccess(db, key);
  await createDatasets(db, key);
  await createAgents(db, key);
}

type Key = ColumnTypes['key'];

async function createAccess(db: Kysely<unknown>, key: Key): Promise<void> {
  await db.schema
    .createTable('tenants')
    .addColumn('id', key, (column) => column.primaryKey())
    .addColumn('name', key, (column) => column.notNull().unique())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('api_keys')
    .addColumn('tenant_id', key, (column) => column.notNull().references('tenants.id'))
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('hash', key, (column) => column.notNull().unique())
    .addColumn('kind', key, (column) => column.notNull())
    .addColumn('label', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('agent_id', key)
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .addPrimaryKeyConstraint('api_keys_pk', ['tenant_id', 'id'])
    .execute();
  await db.schema
    .createTable('sign_in_codes')
    .addColumn('tenant_id', key, (column) => column.notNull().references('tenants.id'))
    .addColumn('hash', key, (column) => column.notNull().unique())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('used_at', 'bigint')
    .addPrimaryKeyConstraint('sign_in_codes_pk', ['tenant_id', 'hash'])
    .execute();
  await db.schema
    .createTable('sessions')
    .addColumn('tenant_id', key, (column) => column.notNull().references('tenants.id'))
    .addColumn('hash', key, (column) => column.notNull().unique())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('key_id', key)
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('sessions_pk', ['tenant_id', 'hash'])
    .execute();
  await db.schema
    .createTable('audit')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('actor', key, (column) => column.notNull())
    .addColumn('action', key, (column) => column.notNull())
    .addColumn('target_id', key)
    .addColumn('result', key, (column) => column.notNull())
    .addColumn('amount', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('audit_pk', ['tenant_id', 'at', 'id'])
    .execute();
}

async function createDatasets(db: Kysely<unknown>, key: Key): Promise<void> {
  await db.schema
    .createTable('datasets')
    .addColumn('tenant_id', key, (column) => column.notNull().references('tenants.id'))
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('is_scene', 'integer', (column) => column.notNull())
    .addColumn('privacy_mode', 'integer', (column) => column.notNull())
    .addColumn('annotation_metadata_schema', 'text')
    .addColumn('item_metadata_schema', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('deleted_at', 'bigint')
    .addColumn('change_no', 'bigint', (column) => column.notNull())
    .addColumn('next_seq', 'bigint', (column) => column.notNull())
    .addColumn('live_count', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('datasets_pk', ['tenant_id', 'id'])
    .execute();
  await db.schema
    .createTable('dataset_tags')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('tag', key, (column) => column.notNull())
    .addPrimaryKeyConstraint('dataset_tags_pk', ['tenant_id', 'dataset_id', 'tag'])
    .execute();
  await db.schema
    .createTable('field_types')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('field', key, (column) => column.notNull())
    .addColumn('type', key, (column) => column.notNull())
    .addPrimaryKeyConstraint('field_types_pk', ['tenant_id', 'dataset_id', 'field'])
    .execute();
  await db.schema
    .createTable('items')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('ref_key', key)
    .addColumn('reference_id', key)
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('state', key, (column) => column.notNull())
    .addColumn('change_no', 'bigint', (column) => column.notNull())
    .addColumn('image_url', 'text', (column) => column.notNull())
    .addColumn('width', 'integer')
    .addColumn('height', 'integer')
    .addColumn('phash', 'text')
    .addColumn('user_metadata', 'text', (column) => column.notNull())
    .addColumn('agent_metadata', 'text')
    .addColumn('embedding_info', 'text')
    .addColumn('source_id', key)
    .addColumn('rev', 'bigint', (column) => column.notNull())
    .addColumn('digest', key, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('items_pk', ['tenant_id', 'dataset_id', 'id'])
    .execute();
  await db.schema
    .createIndex('items_by_ref_key')
    .unique()
    .on('items')
    .columns(['tenant_id', 'dataset_id', 'ref_key'])
    .execute();
  // Pages, tiles and places walk the first; places also count the second, which is small.
  await db.schema
    .createIndex('items_live_by_seq')
    .on('items')
    .columns(['tenant_id', 'dataset_id', 'seq'])
    .where(sql.ref('state'), '=', sql.lit('live'))
    .execute();
  await db.schema
    .createIndex('items_hidden_by_seq')
    .on('items')
    .columns(['tenant_id', 'dataset_id', 'seq'])
    .where(sql.ref('state'), '<>', sql.lit('live'))
    .execute();
  await db.schema
    .createIndex('items_by_change')
    .on('items')
    .columns(['tenant_id', 'dataset_id', 'change_no', 'seq'])
    .execute();
}

async function createAgents(db: Kysely<unknown>, key: Key): Promise<void> {
  await db.schema
    .createTable('agents')
    .addColumn('tenant_id', key, (column) => column.notNull().references('tenants.id'))
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('version', key, (column) => column.notNull())
    .addColumn('public_url', key, (column) => column.notNull())
    .addColumn('approved', 'integer', (column) => column.notNull())
    .addColumn('registered_at', 'bigint', (column) => column.notNull())
    .addColumn('last_heartbeat_at', 'bigint')
    .addPrimaryKeyConstraint('agents_pk', ['tenant_id', 'id'])
    .execute();
  await db.schema
    .createTable('sources')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('agent_id', key, (column) => column.notNull())
    .addColumn('alias', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('level', key, (column) => column.notNull())
    .addColumn('names', key, (column) => column.notNull())
    .addColumn('fields_off', 'text', (column) => column.notNull())
    .addColumn('fence', 'bigint', (column) => column.notNull())
    .addColumn('high_rev', 'bigint', (column) => column.notNull())
    .addColumn('health', 'text')
    .addPrimaryKeyConstraint('sources_pk', ['tenant_id', 'id'])
    .addUniqueConstraint('sources_by_alias', ['tenant_id', 'agent_id', 'alias'])
    .addUniqueConstraint('sources_by_dataset', ['tenant_id', 'dataset_id'])
    .execute();
}
