import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';

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
});
export type Tile = z.infer<typeof Tile>;

export const DatasetView = z.object({
  dataset_id: z.string(),
  name: z.string(),
  length: z.int(),
  privacy_mode: z.boolean(),
  created_at_ms: z.number(),
  /** The agents' sources that fill it. */
  sources: z.array(z.object({ agent_id: z.string(), alias: z.string(), level: z.string() })),
});
export type DatasetView = z.infer<typeof DatasetView>;

/** What the pages need beside the Nucleus routes. */
export const insightEndpoints = {
  listDatasetViews: {
    method: 'get',
    path: '/v1/insights/datasets',
    access: 'read',
    summary: 'Datasets with their sizes and sources',
    reply: z.object({ datasets: z.array(DatasetView) }),
    errors: [],
    dialect: 'own',
  },
  pageTiles: {
    method: 'post',
    path: '/v1/insights/:datasetId/tiles',
    access: 'read',
    summary: 'Tiles of a dataset by place, in insertion order',
    body: z.strictObject({ offset: z.int().min(0), limit: z.int().min(1).max(2000) }),
    reply: z.object({ total: z.int(), tiles: z.array(Tile) }),
    errors: ['dataset-not-found'],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
