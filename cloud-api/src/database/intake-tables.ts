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
  dataset_id: string;
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
  reference_id: string | null;
  item_id: string | null;
  code: string | null;
  error: string | null;
}
