import { z } from 'zod';

/**
 * Where a file stands: known but not extracted; owed to the cloud; acknowledged by it; refused by it; not readable as a picture; not
 * on disk any more.
 */
export const itemStates = ['pending', 'queued', 'synced', 'dead-letter', 'exception', 'gone'] as const;

/** A file in the local viewer's grid. Paths appear here only: this page never leaves the host. */
export const LocalItem = z.object({
  key: z.string(),
  source: z.string(),
  reference_id: z.string(),
  path: z.string(),
  state: z.enum(itemStates),
  width: z.int().optional(),
  height: z.int().optional(),
  format: z.string().optional(),
  byte_size: z.int(),
  blurhash: z.string().optional(),
  /** Why nothing was made from the file's pixels, as a sentence. */
  no_pixels: z.string().optional(),
  /** A preview shows a frame of the video all the same. */
  has_poster: z.literal(true).optional(),
  /** What is wrong with the sidecar file beside it, as a sentence. */
  sidecar_fault: z.string().optional(),
  /** Why it could not be read, for state `exception`. */
  exception: z.string().optional(),
});
export type LocalItem = z.infer<typeof LocalItem>;

export const LedgerEntryView = z.object({
  n: z.int(),
  at: z.string(),
  url_path: z.string(),
  body_bytes: z.int(),
  hash: z.string(),
  status: z.int().nullable(),
});
export type LedgerEntryView = z.infer<typeof LedgerEntryView>;

/** A place in a list. */
export const Offset = { offset: z.int().min(0), limit: z.int().min(1).max(2000) };
