import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../dialect.ts';

/** Scenes, the items of their frames, what point clouds hold, and tracks. */
export async function up(db: Kysely<unknown>, { key }: ColumnTypes): Promise<void> {
  await db.schema
    .alterTable('items')
    .addColumn('kind', key, (column) => column.notNull().defaultTo('image'))
    .execute();
  await db.schema
    .createTable('scenes')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('id', key, (column) => column.notNull())
    .addColumn('ref_key', key)
    .addColumn('reference_id', 'text')
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('type', key, (column) => column.notNull())
    .addColumn('metadata', 'text', (column) => column.notNull())
    .addColumn('frame_rate', 'text')
    .addColumn('video_url', 'text')
    .addColumn('structure', key, (column) => column.notNull())
    .addColumn('change_no', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('scenes_pk', ['tenant_id', 'dataset_id', 'id'])
    .execute();
  await db.schema
    .createIndex('scenes_by_reference')
    .unique()
    .on('scenes')
    .columns(['tenant_id', 'dataset_id', 'ref_key'])
    .execute();
  await db.schema
    .createIndex('scenes_by_seq')
    .unique()
    .on('scenes')
    .columns(['tenant_id', 'dataset_id', 'seq'])
    .execute();
  await db.schema
    .createIndex('scenes_by_change')
    .on('scenes')
    .columns(['tenant_id', 'dataset_id', 'change_no', 'seq'])
    .execute();
  await db.schema
    .createTable('scene_frames')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('scene_id', key, (column) => column.notNull())
    .addColumn('frame', 'bigint', (column) => column.notNull())
    .addColumn('place', 'bigint', (column) => column.notNull())
    .addColumn('sensor', 'text', (column) => column.notNull())
    .addColumn('item_seq', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('scene_frames_pk', ['tenant_id', 'dataset_id', 'scene_id', 'frame', 'place'])
    .execute();
  await db.schema
    .createIndex('scene_frames_by_item')
    .unique()
    .on('scene_frames')
    .columns(['tenant_id', 'dataset_id', 'item_seq'])
    .execute();
  await db.schema
    .createTable('point_clouds')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('item_seq', 'bigint', (column) => column.notNull())
    .addColumn('summary', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('point_clouds_pk', ['tenant_id', 'dataset_id', 'item_seq'])
    .execute();
  await db.schema
    .createTable('tracks')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('ref_key', key, (column) => column.notNull())
    .addColumn('reference_id', 'text', (column) => column.notNull())
    .addColumn('metadata', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('tracks_pk', ['tenant_id', 'dataset_id', 'ref_key'])
    .execute();
  await db.schema
    .createTable('scene_tracks')
    .addColumn('tenant_id', key, (column) => column.notNull())
    .addColumn('dataset_id', key, (column) => column.notNull())
    .addColumn('scene_id', key, (column) => column.notNull())
    .addColumn('track_key', key, (column) => column.notNull())
    .addPrimaryKeyConstraint('scene_tracks_pk', ['tenant_id', 'dataset_id', 'scene_id', 'track_key'])
    .execute();
}
