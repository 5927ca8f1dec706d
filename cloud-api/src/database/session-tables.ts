/** One-time codes of sign-in links; `hash` is the hex SHA-256 of the code. */
export interface SignInCodesTable {
  tenant_id: string;
  hash: string;
  created_at: number;
  expires_at: number;
  used_at: number | null;
}

/** Dashboard sessions; `hash` is the hex SHA-256 of the cookie's value. */
export interface SessionsTable {
  tenant_id: string;
  hash: string;
  scopes: string;
  /** The key that opened it: revoking the key ends the session. Null when a code did. */
  key_id: string | null;
  created_at: number;
  expires_at: number;
}
