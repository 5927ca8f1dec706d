import { createHash } from 'node:crypto';
import { canonicalJson } from '@nucleus/shared/record/canonical-json';
import type { UsageRow } from '@nucleus/shared/wire/usage';

/** 64 hex that prove a row and, by its `prev`, every row before it. */
export function usageHash(row: Omit<UsageRow, 'hash'>): string {
  return createHash('sha256').update(canonicalJson(row)).digest('hex');
}
