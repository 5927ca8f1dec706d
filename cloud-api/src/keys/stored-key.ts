import type { KeyScope } from '@nucleus/shared/wire/endpoint';

/** A key as it is stored: everything but the secret. */
export interface StoredKey {
  tenantId: string;
  keyId: string;
  kind: 'standard' | 'limited';
  label: string;
  scopes: KeyScope[];
  agentId: string | null;
  createdAt: number;
  expiresAt: number | null;
  revokedAt: number | null;
  lastUsedAt: number | null;
  /** The only datasets that it reaches; null for all of its tenant. */
  datasetIds: string[] | null;
  /** The only ranges of addresses from which it works; null for any. */
  addresses: string[] | null;
}
