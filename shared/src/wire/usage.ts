import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';

/**
 * One billed task: what was done, by whom, when, and the SHA-256 of every attachment. Rows are numbered from 1 without a gap and
 * chained: `hash` is the SHA-256 of the canonical JSON of the row without `hash`, and `prev` is the hash of the row before (empty in
 * the first). So a bill can be proved from these rows alone, and a row that was changed or taken out shows.
 */
export const UsageRow = z.object({
  n: z.int(),
  at: z.string(),
  task_id: z.string(),
  type: z.string(),
  project: z.string().nullable(),
  batch: z.string().nullable(),
  actor: z.string(),
  units: z.int(),
  attachments: z.array(z.object({ attachment_id: z.string(), sha256: z.string(), bytes: z.int() })),
  prev: z.string(),
  hash: z.string(),
});
export type UsageRow = z.infer<typeof UsageRow>;

const Moment = z.string().max(64);
export const UsageSpan = z.object({ from: Moment.optional(), to: Moment.optional() });
export type UsageSpan = z.infer<typeof UsageSpan>;

/** The ledger that bills are made from. */
export const usageEndpoints = {
  listUsage: {
    method: 'get',
    path: '/v1/usage',
    access: 'read',
    summary: 'Billed tasks, oldest first, by cursor',
    query: UsageSpan.extend({
      after: z.coerce.number<string>().int().min(0).default(0),
      limit: z.coerce.number<string>().int().min(1).max(1000).default(100),
    }),
    reply: z.object({
      total_units: z.int(),
      rows: z.array(UsageRow),
      next_after: z.int().nullable(),
    }),
    errors: [],
    dialect: 'own',
  },
  downloadUsage: {
    method: 'get',
    path: '/v1/usage/csv',
    access: 'export',
    summary: 'Billed tasks as CSV; no cell can run as a formula',
    query: UsageSpan,
    /** The file itself, not JSON. */
    reply: z.string(),
    errors: [],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
