/** Tables of the ways in: customers' stores, resumable uploads and what became of rows of a CSV. */

/** A tenant's way into a store of its own. The credentials are sealed under the key of this deployment. */
export interface IntegrationsTable {
  tenant_id: string;
  id: string;
  /** `s3`, `gcs` or `azure`. */
  kind: string;
  name: string;
  /** What addresses are matched with: a bucket, or an account's address and a container. Unique by tenant and kind. */
  place: string;
  /** JSON without secrets: region, endpoint, kind of access, role. */
  settings: string;
  /** Credentials as JSON, sealed. */
  sealed: string;
  created_at: number;
  checked_at: number;
  check_code: string;
  check_message: string;
}

/** A resumable upload; its bytes are a file of the data folder until they are taken. */
export interface ResumableUploadsTable {
  tenant_id: string;
  id: string;
  actor: string;
  /** `item` or `csv`. */
  purpose: string;
  /** Empty for a CSV whose rows become tasks. */
  dataset_id: string;
  /** Project and batch of the tasks that the rows of a CSV become. */
  project: string | null;
  batch: string | null;
  /** Reference id to be, or the name of the CSV. */
  name: string;
  bytes: number;
  /** `open`, `added`, `already-there`, `refused` or `received`. */
  state: string;
  item_id: string | null;
  error: string | null;
  /** JSON of what the last check of a CSV found; an import reads its rows by it. */
  csv_shape: string | null;
  created_at: number;
  ended_at: number | null;
  /** Token of the request that writes its bytes, and until when without a sign of life. */
  lock_holder: string | null;
  lock_until: number;
  /** 1 when another request waits for it. */
  lock_wanted: number;
}

/**
 * A picture of an item that was asked for again and is not ready: `pending`, `fetching`, `processing`, or `error` with a code and a
 * message. The row goes when a picture is ready.
 */
export interface ItemFetchesTable {
  tenant_id: string;
  dataset_id: string;
  item_id: string;
  state: string;
  code: string | null;
  message: string | null;
  /** Fetches that were begun since it was asked for. */
  tries: number;
  updated_at: number;
}

/** What became of a row of a CSV: all of an import, the first problems of a check. */
export interface CsvRowsTable {
  tenant_id: string;
  upload_id: string;
  /** `check` or `import`. */
  run: string;
  /** The header is row 1, as spreadsheets count. */
  row_no: number;
  /** `added`, `already-there` or `failed`. */
  state: string;
  /** Of a task, its unique id. */
  reference_id: string | null;
  /** Of the item or the task. */
  item_id: string | null;
  code: string | null;
  error: string | null;
}
