import type { KeyRights } from '../keys/rules.ts';

/** Who sent a request, once that is proven, with the rights of the key that is behind it. */
export interface Caller extends KeyRights {
  tenantId: string;
  /** What audit rows name: the key's id, or `session`. */
  actor: string;
  /** The key's id; null for a dashboard session. */
  keyId: string | null;
  /** The only agent that the key may speak for, once it is bound. */
  agentId: string | null;
  /** When a dashboard session ends, milliseconds since 1970; null for keys. */
  sessionExpiresAt: number | null;
}
