import type { BulkColumns } from '../database/insert-rows.ts';

/** Columns of `items` as bulk inserts write them. */
export const itemColumns: BulkColumns<'items'> = {
  tenant_id: 'text',
  dataset_id: 'text',
  id: 'text',
  ref_key: 'text',
  reference_id: 'text',
  seq: 'bigint',
  state: 'text',
  change_no: 'bigint',
  kind: 'text',
  image_url: 'text',
  width: 'bigint',
  height: 'bigint',
  phash: 'text',
  user_metadata: 'text',
  agent_metadata: 'text',
  embedding_info: 'text',
  source_id: 'text',
  rev: 'bigint',
  digest: 'text',
  created_at: 'bigint',
  updated_at: 'bigint',
};
