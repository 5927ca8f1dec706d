import type { ItemRecord } from '@nucleus/shared/record/record';

/** A change before the egress gate has checked it and spelled it; the digest of a put is of the very bytes that leave. */
export type UnsealedChange =
  | { op: 'put'; ref: string; rev: number; item: ItemRecord }
  | { op: 'delete'; ref: string; rev: number }
  | { op: 'rekey'; ref: string; new_ref: string; rev: number };
