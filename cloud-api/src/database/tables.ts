/**
 * The tables, as both databases hold them. Times are bigint milliseconds since 1970, flags are 0 or 1, JSON is text (so that
 * keys keep their order and numbers their kind), and every key starts with the tenant.
 */
import type { AutotagTables } from './autotag-tables.ts';
import type { EmbeddingTables } from './embedding-tables.ts';
import type { CsvRowsTable, IntegrationsTable, ItemFetchesTable, ResumableUploadsTable } from './intake-tables.ts';
import type { JobErrorsTable, JobListsTable, JobsTable } from './job-tables.ts';
import type { LabelTables } from './label-tables.ts';
import type { ModelTables } from './model-tables.ts';
import type { SceneTables } from './scene-tables.ts';
import type { SessionsTable, SignInCodesTable } from './session-tables.ts';
import type { SliceTables } from './slice-tables.ts';
import type { TaskTables } from './task-tables.ts';

/** One row per fact about the store itself: `schema_version`, `store_epoch`. */
export interface StoreMetaTable {
  name: string;
  value: string;
}

export interface TenantsTable {
  id: string;
  name: string;
  created_at: number;
}

/** API keys. The secret itself is never stored: `hash` is the hex SHA-256 of the whole key. */
export interface ApiKeysTable {
  tenant_id: string;
  id: string;
  hash: string;
  /** `standard` comes by HTTP Basic, `limited` by the header `x-limited-access-key`. */
  kind: string;
  label: string;
  /** JSON array of scopes. */
  scopes: string;
  /** The only agent that a key of scope `agent` may speak for; set when that agent first registers. */
  agent_id: string | null;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
  last_used_at: number | null;
  /** JSON array of the only datasets that it reaches; null for all of its tenant. */
  datasets: string | null;
  /** JSON array of the only ranges of addresses from which it works; null for any. */
  addresses: string | null;
}

/** Append-only: who did what to which id. Never a name, a path, a key or a link. */
export interface AuditTable {
  tenant_id: string;
  id: string;
  at: number;
  actor: string;
  action: string;
  target_id: string | null;
  result: string;
  /** How many things the action touched. */
  amount: number;
}

export interface DatasetsTable {
  tenant_id: string;
  id: string;
  name: string;
  is_scene: number;
  privacy_mode: number;
  annotation_metadata_schema: string | null;
  item_metadata_schema: string | null;
  created_at: number;
  deleted_at: number | null;
  /** Grows with every committed write to the dataset; rows carry the number of the write that touched them last. */
  change_no: number;
  /** Place of the next item. Places are dense: every row of `items` has one and none is ever freed. */
  next_seq: number;
  live_count: number;
  /** Whether one in privacy mode takes the files of masks. */
  accepts_masks: number;
}

export interface DatasetTagsTable {
  tenant_id: string;
  dataset_id: string;
  tag: string;
}

/**
 * Items in one of three states. `live`: answered by every route. `deleted`: a tombstone; an agent's keeps its key, revision and
 * the users' metadata for an undelete, nothing that names a path. `removed_by_user`: an agent's item that a Nucleus route
 * deleted; hidden, still followed, so that the agent does not send it again.
 */
export interface ItemsTable {
  tenant_id: string;
  dataset_id: string;
  id: string;
  /** First 32 hex of SHA-256 of the reference id, unique in the dataset; null when a user deleted an item of his own. */
  ref_key: string | null;
  /** Null in tombstones. */
  reference_id: string | null;
  seq: number;
  state: string;
  change_no: number;
  /** `image` or `pointcloud`. */
  kind: string;
  /** Address of the picture, or of the point cloud. */
  image_url: string;
  width: number | null;
  height: number | null;
  phash: string | null;
  user_metadata: string;
  /** Only the agent writes it; null for items that no agent owns. */
  agent_metadata: string | null;
  embedding_info: string | null;
  source_id: string | null;
  /** Revision and digest of the agent's last change; 0 and empty for items that no agent owns. */
  rev: number;
  digest: string;
  created_at: number;
  updated_at: number;
}

/** A committed write to a dataset: rows carry its number, this says who made it and when. */
export interface DatasetWritesTable {
  tenant_id: string;
  dataset_id: string;
  change_no: number;
  at: number;
  /** As in audit rows: a key's id, `session`, `cli`. */
  actor: string;
}

/** What a write did to an item that was there before it. Ids and kinds only: what was is gone with the write. */
export interface ItemEventsTable {
  tenant_id: string;
  dataset_id: string;
  item_id: string;
  change_no: number;
  kind: string;
  /** Revision of the agent's change; null for what users did. */
  rev: number | null;
}

/** Kind of value that a metadata field of a dataset holds, locked by its first value. */
export interface FieldTypesTable {
  tenant_id: string;
  dataset_id: string;
  field: string;
  type: string;
}

export interface AgentsTable {
  tenant_id: string;
  id: string;
  version: string;
  /** An origin; enters pages only once `approved` is 1. */
  public_url: string;
  approved: number;
  registered_at: number;
  last_heartbeat_at: number | null;
}

/** A source of an agent and the dataset it fills. */
export interface SourcesTable {
  tenant_id: string;
  id: string;
  agent_id: string;
  alias: string;
  dataset_id: string;
  level: string;
  names: string;
  /** JSON array of metadata fields that stay inside below the level. */
  fields_off: string;
  fence: number;
  high_rev: number;
  /** Last heartbeat of this source as JSON. */
  health: string | null;
}

/** An image in the object store, at TENANT/first two of sha256/sha256. Stored once per tenant, whoever refers to it. */
export interface ObjectsTable {
  tenant_id: string;
  /** 64 hex of the bytes. */
  sha256: string;
  bytes: number;
  format: string;
  width: number;
  height: number;
  phash: string;
  blurhash: string;
  /** JSON of what is kept of its EXIF; null of what was stored before that was read. */
  exif: string | null;
  created_at: number;
  /** When a sweep first found nothing that refers to it; null while something does. */
  unreferenced_since: number | null;
}

/** Which object holds an item's picture; items of privacy-mode datasets never have one. */
export interface ItemAssetsTable {
  tenant_id: string;
  item_id: string;
  dataset_id: string;
  sha256: string;
}

/** Names of the classes that category labels of a dataset may have. */
export interface TaxonomiesTable {
  tenant_id: string;
  dataset_id: string;
  name: string;
  /** `category` or `multicategory`. */
  type: string;
  /** JSON array of texts, in the order in which they were added. */
  labels: string;
}

export interface Tables
  extends TaskTables,
    LabelTables,
    ModelTables,
    AutotagTables,
    SceneTables,
    EmbeddingTables,
    SliceTables {
  store_meta: StoreMetaTable;
  tenants: TenantsTable;
  api_keys: ApiKeysTable;
  sign_in_codes: SignInCodesTable;
  sessions: SessionsTable;
  audit: AuditTable;
  datasets: DatasetsTable;
  dataset_tags: DatasetTagsTable;
  items: ItemsTable;
  dataset_writes: DatasetWritesTable;
  item_events: ItemEventsTable;
  field_types: FieldTypesTable;
  agents: AgentsTable;
  sources: SourcesTable;
  objects: ObjectsTable;
  item_assets: ItemAssetsTable;
  taxonomies: TaxonomiesTable;
  jobs: JobsTable;
  job_errors: JobErrorsTable;
  job_lists: JobListsTable;
  integrations: IntegrationsTable;
  resumable_uploads: ResumableUploadsTable;
  csv_rows: CsvRowsTable;
  item_fetches: ItemFetchesTable;
}
