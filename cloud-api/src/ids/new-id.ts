import { randomBytes } from 'node:crypto';
import { type IdKind, idRandomBytes, makeId } from '@nucleus/shared/ids/ids';

/** A fresh id of `kind` from the system's random source. */
export function newId(kind: IdKind): string {
  return makeId(kind, randomBytes(idRandomBytes));
}
