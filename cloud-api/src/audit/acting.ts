/** On whose behalf an operation runs: the tenant that every query is bound to, who acts, and when. */
export interface Acting {
  tenantId: string;
  /** Id of the key or `session`, `cli`; never a name or a secret. */
  actor: string;
  nowMs: number;
}
