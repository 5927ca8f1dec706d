import { randomFillSync } from 'node:crypto';
import { type IdKind, idRandomBytes, makeId } from '@nucleus/shared/ids/ids';

// Asking the system once for many ids: one call for each would cost more than the id itself in a batch of a thousand.
const pool = Buffer.alloc(idRandomBytes * 256);
let used = pool.length;

/** A fresh id of `kind` from the system's random source. */
export function newId(kind: IdKind): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, used + idRandomBytes);
  used += idRandomBytes;
  return makeId(kind, random);
}
