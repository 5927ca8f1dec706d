import type { KeyScope } from '@nucleus/shared/wire/endpoint';

/** Who sent a request, once that is proven. */
export interface Caller {
  tenantId: string;
  scopes: readonly KeyScope[];
  /** What audit rows name: the key's id, or `session`. */
  actor: string;
  /** The key's id; null for a dashboard session. */
  keyId: string | null;
  /** The only agent that the key may speak for, once it is bound. */
  agentId: string | null;
  /** The only datasets that it reaches; null for all of its tenant. */
  datasetIds: readonly string[] | null;
  /** When a dashboard session ends, milliseconds since 1970; null for keys. */
  sessionExpiresAt: number | null;
}
