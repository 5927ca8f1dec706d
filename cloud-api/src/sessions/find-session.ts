import type { Database } from '../database/open-database.ts';
import { secretHash } from '../keys/rules.ts';
import { findSessionByHash, type LivingSession } from './queries.ts';

/** The living session that a cookie's value opens. */
export function findSession(db: Database, secret: string, nowMs: number): Promise<LivingSession | undefined> {
  return findSessionByHash(db, secretHash(secret), nowMs);
}
