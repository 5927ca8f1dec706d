import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';
import { LedgerEntryView } from './local-item.ts';

/** Routes by which the local viewer reads the egress ledger. */

const LedgerRow = LedgerEntryView.extend({
  kind: z.string(),
  source: z.string().nullable(),
  /** Changes in the body of a batch. */
  changes: z.int(),
});
export type LedgerRow = z.infer<typeof LedgerRow>;

const LedgerKind = z.enum(['changes', 'heartbeat', 'register', 'manifest']);
export type LedgerKind = z.infer<typeof LedgerKind>;

/** One place of a body that holds what was looked for. */
const LedgerMatch = z.object({
  /** Line of the body, from 1, and place in it, from 0. */
  line: z.int(),
  column: z.int(),
  /** The match with what stands around it; it is `start` to `end` of the excerpt, in UTF-16 code units. */
  excerpt: z.string(),
  start: z.int(),
  end: z.int(),
});
export type LedgerMatch = z.infer<typeof LedgerMatch>;

const FoundAttempt = z.object({
  entry: LedgerRow,
  /** Places of the body that hold the text; the first few are told. */
  count: z.int(),
  matches: z.array(LedgerMatch),
});
export type FoundAttempt = z.infer<typeof FoundAttempt>;

export const ledgerEndpoints = {
  pageLedger: {
    method: 'post',
    path: '/v1/viewer/ledger',
    access: 'viewer',
    summary: 'Attempts to send, newest first, before a line number',
    body: z.strictObject({
      before: z.int().min(1).optional(),
      limit: z.int().min(1).max(500),
      kind: LedgerKind.optional(),
    }),
    reply: z.object({ total: z.int(), entries: z.array(LedgerRow) }),
    errors: [],
    dialect: 'own',
  },
  searchLedger: {
    method: 'post',
    path: '/v1/viewer/ledger/search',
    access: 'viewer',
    summary: 'Attempts whose bodies hold a text, newest first: one part of the ledger; `next` goes on as `before`',
    body: z.strictObject({
      text: z.string().min(1).max(256),
      before: z.int().min(1).optional(),
      kind: LedgerKind.optional(),
    }),
    reply: z.object({
      found: z.array(FoundAttempt),
      /** Attempts that were looked through. */
      searched: z.int(),
      /** Absent when the oldest attempt was reached. */
      next: z.int().optional(),
    }),
    errors: ['overloaded', 'ledger-broken'],
    dialect: 'own',
  },
  getLedgerEntry: {
    method: 'get',
    path: '/v1/viewer/ledger/:n',
    access: 'viewer',
    summary: 'One attempt with its body, up to 1 MiB of it',
    reply: z.object({
      entry: LedgerRow,
      sha256: z.string(),
      prev: z.string(),
      body: z.string(),
      is_cut: z.boolean(),
    }),
    errors: ['not-found'],
    dialect: 'own',
  },
  verifyLedger: {
    method: 'post',
    path: '/v1/viewer/ledger/verify',
    access: 'viewer',
    summary: 'Checks every line of the ledger',
    body: z.strictObject({}),
    reply: z.object({
      lines: z.int(),
      attempts: z.int(),
      first_n: z.int(),
      last_n: z.int(),
      head: z.string(),
      took_ms: z.number(),
      problem: z.string().optional(),
    }),
    errors: ['overloaded'],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
