/** Where a stage says what happened: a constant sentence and data. Only fields that the log's own allowlist names are written. */
export interface SyncLog {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}
