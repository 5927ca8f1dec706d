import type { Level, NamesPolicy } from '@nucleus/shared/record/levels';
import type { sourceReasons, sourceStates } from '@nucleus/shared/wire/agents';

export type SourceState = (typeof sourceStates)[number];
export type SourceReason = (typeof sourceReasons)[number];

/** A row of `sources`. */
export interface SourceRow {
  source_no: number;
  alias: string;
  folder: string;
  dataset_name: string;
  level: Level;
  names: NamesPolicy;
  fields_off: string;
  policy: string | null;
  root_dev: number | null;
  root_ino: number | null;
  root_fs_type: number | null;
  state: SourceState;
  reason: SourceReason;
  source_id: string | null;
  dataset_id: string | null;
  fence: number | null;
  on_disk: number;
  excluded: number;
  not_regular: number;
  last_scan_ms: number | null;
  scan_no: number;
}

/** A row of `items`. */
export interface ItemRow {
  item_key: Buffer;
  source_no: number;
  reference_id: string;
  presence: 'live' | 'missing' | 'tombstone';
  status: 'pending' | 'catalogued' | 'exception';
  path: Buffer;
  dev: number;
  ino: number;
  byte_size: number;
  mtime_ms: number;
  ctime_ms: number;
  content_hash: Buffer | null;
  generation: number;
  revision: number;
  digest: string | null;
  acked_revision: number;
  acked_digest: string | null;
  facts: string | null;
  ingest_day: string;
  missing_since_ms: number | null;
  missing_scans: number;
  deleted_ms: number | null;
  exception_code: string | null;
  exception_sentence: string | null;
  strikes: number;
  extract_version: number;
  /** JSON of Sidecar, of the file beside the item's path. */
  sidecar: string | null;
}

/** A row of `outbox`: the newest change owed for one item. */
export interface OutboxRow {
  source_no: number;
  reference_id: string;
  item_key: Buffer;
  revision: number;
  op: 'put' | 'delete' | 'rekey';
  new_reference_id: string | null;
}
