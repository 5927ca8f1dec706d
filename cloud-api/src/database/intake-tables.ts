/** Tables of the ways in: customers' stores. */

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
