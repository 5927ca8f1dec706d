/** The tables of tasks and what is billed for them, by the rules of `tables.ts`. */

/** A project groups tasks of one type; `param_history` is a JSON array of `{version, created_at, …}`, the newest last. */
export interface ProjectsTable {
  tenant_id: string;
  name: string;
  type: string;
  param_history: string;
  created_at: number;
}

/** A batch takes tasks until it is finalized, and is completed once none of them is pending. */
export interface BatchesTable {
  tenant_id: string;
  name: string;
  project: string;
  callback: string | null;
  metadata: string;
  created_at: number;
  /** Written by every end of one of its tasks: two that end at once are told apart by it. */
  updated_at: number;
  finalized_at: number | null;
  completed_at: number | null;
}

export interface TasksTable {
  tenant_id: string;
  id: string;
  type: string;
  /** `pending`, `completed`, `canceled` or `error`. */
  status: string;
  project: string | null;
  batch: string | null;
  /** Unique in the tenant, as the idempotency key is. */
  unique_id: string | null;
  idempotency_key: string | null;
  /** Hex SHA-256 of the canonical request: whether a request that comes again is the same one. */
  request_hash: string;
  instruction: string | null;
  params: string;
  callback_url: string | null;
  /** Null until a callback was taken (1) or given up (0). */
  callback_succeeded: number | null;
  response: string | null;
  metadata: string;
  created_at: number;
  updated_at: number;
  completed_at: number | null;
}

export interface TaskTagsTable {
  tenant_id: string;
  task_id: string;
  tag: string;
}

/** An attachment of a task: `pending`, `fetching`, `processing`, `ready` (then it has an object) or `error` (then a code and a message). */
export interface TaskAttachmentsTable {
  tenant_id: string;
  task_id: string;
  /** Place in the request, attachments before context attachments. */
  place: number;
  id: string;
  /** `attachment` or `context`. */
  role: string;
  url: string;
  state: string;
  code: string | null;
  message: string | null;
  /** Fetches that were begun since it was last asked for. */
  tries: number;
  sha256: string | null;
  updated_at: number;
}

/** Append-only: one row a completed task, numbered and chained within its tenant. */
export interface UsageRowsTable {
  tenant_id: string;
  n: number;
  at: number;
  task_id: string;
  type: string;
  project: string | null;
  batch: string | null;
  actor: string;
  units: number;
  /** JSON array of `{attachment_id, sha256, bytes}`. */
  attachments: string;
  prev: string;
  hash: string;
}

/** Number and hash of a tenant's last usage row; its lock is what keeps rows in order. */
export interface UsageHeadsTable {
  tenant_id: string;
  n: number;
  hash: string;
}

/** A Scale File: a stored image that tasks and items of its tenant can name. */
export interface FilesTable {
  tenant_id: string;
  id: string;
  /** Unique in its tenant. */
  reference_id: string | null;
  display_name: string | null;
  project_name: string | null;
  metadata: string;
  sha256: string;
  created_at: number;
  /** When a task or an item first took it; null ones are swept. */
  used_at: number | null;
}

/** Bytes that are to go from the object store: `marked`, then `removing`. */
export interface ObjectRemovalsTable {
  tenant_id: string;
  sha256: string;
  state: string;
  at: number;
}

export interface TaskTables {
  projects: ProjectsTable;
  batches: BatchesTable;
  tasks: TasksTable;
  task_tags: TaskTagsTable;
  task_attachments: TaskAttachmentsTable;
  usage_rows: UsageRowsTable;
  usage_heads: UsageHeadsTable;
  files: FilesTable;
  object_removals: ObjectRemovalsTable;
}
