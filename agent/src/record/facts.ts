import type { RecordField } from '@nucleus/shared/record/fields';
import type { NoPixelsCode } from './exceptions.ts';

/**
 * All that extraction found in one file, already in the record's own units and ranges but regardless of level; kept in
 * state, so that a change of level needs no second look at the pixels.
 */
export interface Facts {
  /** As displayed, after rotation. */
  width: number;
  height: number;
  phash?: string;
  /** Why nothing was made from pixels, with status no-pixels; stays inside. */
  noPixels?: NoPixelsCode;
  /** Record fields that come out of the file itself: not source, name, byte_size, content_hash, ingest_day. */
  fields: Partial<Record<RecordField, string | number>>;
  /** Exact position, degrees; coarsened to the configured grain before it can leave. */
  gps?: { lat: number; lon: number };
}
