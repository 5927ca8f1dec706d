import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';

/**
 * `first-seen`: it came. By its agent: `described` again, `gone`, `returned`, `renamed` to a pseudonym. By users: `metadata`, `picture`,
 * `removed`, `restored`. By whoever tags and slices: `tagged`, `untagged`, `slice-in`, `slice-out`, the last of each tag and slice.
 */
const itemHistoryKinds = [
  'first-seen',
  'described',
  'gone',
  'returned',
  'renamed',
  'metadata',
  'picture',
  'removed',
  'restored',
  'tagged',
  'untagged',
  'slice-in',
  'slice-out',
] as const;

/** One thing that happened to an item. Former names, paths and values are not kept, so none is here. */
const ItemHistoryEvent = z.object({
  kind: z.enum(itemHistoryKinds),
  /** ISO 8601; null for writes from before this was kept. */
  at: z.string().nullable(),
  /** Id of a key, `session`, `cli`; null where unknown. */
  actor: z.string().nullable(),
  /** Revision of an agent's record. */
  rev: z.int().nullable(),
  /** Of the tag or slice. */
  name: z.string().nullable(),
});
export type ItemHistoryEvent = z.infer<typeof ItemHistoryEvent>;

export const itemHistoryEndpoints = {
  getItemHistory: {
    method: 'get',
    path: '/v1/insights/:datasetId/items/:itemId/history',
    access: 'read',
    summary: 'What happened to an item, newest first',
    /** `is_cut`: the latest 200 and the first; those between are left out. */
    reply: z.object({ events: z.array(ItemHistoryEvent), is_cut: z.boolean() }),
    errors: ['dataset-not-found', 'item-not-found'],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
