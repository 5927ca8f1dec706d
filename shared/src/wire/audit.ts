import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';

/** One act of a tenant: who did what to which id, and how it ended. Ids only, never a name or a path. */
const AuditEntryView = z.object({
  id: z.string(),
  /** ISO 8601 with milliseconds and `Z`. */
  at: z.string(),
  /** Id of the key, or `session`, `cli`, `start`, `code`. */
  actor: z.string(),
  action: z.string(),
  target_id: z.string().nullable(),
  result: z.string(),
  /** How many things the act touched. */
  amount: z.int(),
});

const ShortText = z.string().min(1).max(64);

/** The tenant's log: append-only, and no route changes it. */
export const auditEndpoints = {
  listAudit: {
    method: 'get',
    path: '/v1/audit',
    access: 'admin',
    summary: 'Who did what, newest first',
    query: z.object({
      action: ShortText.optional(),
      actor: ShortText.optional(),
      target_id: ShortText.optional(),
      /** Of the page before. */
      before: z.string().max(128).optional(),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
    }),
    reply: z.object({ entries: z.array(AuditEntryView), next: z.string().nullable() }),
    errors: [],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
