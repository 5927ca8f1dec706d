import { z } from 'zod';
import { AttachmentState } from './assets.ts';

/** What a tile of the grid needs, and nothing more. */
export const Tile = z.object({
  id: z.string(),
  ref: z.string(),
  w: z.int(),
  h: z.int(),
  /** Blurhash, when the level allows it. */
  b: z.string().optional(),
  /** Alias of the agent's source; absent for items that no agent owns. */
  s: z.string().optional(),
  status: z.enum(['ok', 'no-pixels']).optional(),
  /** Set when a picture is stored here: `/v1/assets/<id>` leads to it. */
  p: z.literal(true).optional(),
  /** How far a fetch of its picture is, while there is one or when it failed; and the code of the failure. */
  a: z.object({ state: AttachmentState.exclude(['ready']), code: z.string().optional() }).optional(),
  /** It is a video of so many milliseconds; 0 where that is unknown. */
  v: z.int().optional(),
  /** Tags, when it has any. */
  t: z.array(z.string()).optional(),
  /** Values of the fields that were asked for, in their order; null where it has none, and objects and lists as text. */
  m: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});
export type Tile = z.infer<typeof Tile>;
