import type { Database } from '../database/open-database.ts';
import { deleteEnded } from './queries.ts';

/** Removes what nobody asks about any more: ended jobs of `kinds`, in every tenant. */
export function forgetEnded(db: Database, kinds: readonly string[], beforeMs: number): Promise<void> {
  return deleteEnded(db, kinds, beforeMs);
}
