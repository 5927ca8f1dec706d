import { z } from 'zod';
import { ReferenceId, SourceAlias } from '../ids/ids.ts';
import { Level, NamesPolicy } from '../record/levels.ts';
import { sourceReasons, sourceStates, watchStates } from './agents.ts';
import type { Endpoint } from './endpoint.ts';
import { LedgerEntryView, LocalItem, Offset } from './local-item.ts';
import { viewerEndpoints } from './viewer.ts';

/** The closed list of what a media link can open. The index in this list is the variant's number in a token. */
export const variants = ['original', 'preview-256', 'preview-512', 'preview-1024', 'preview-2048'] as const;
export const Variant = z.enum(variants);
export type Variant = z.infer<typeof Variant>;

export const maxMediaLinks = 500;

/** Why there is no preview of a catalogued file: no decoder for it, no frame of it, none held by it. */
export const noPreviewReasons = ['hevc', 'video', 'no-preview', 'bitmap-kind'] as const;
export type NoPreviewReason = (typeof noPreviewReasons)[number];

const MediaLinksRequest = z.strictObject({
  items: z
    .array(z.strictObject({ source: SourceAlias, reference_id: ReferenceId, variant: Variant }))
    .min(1)
    .max(maxMediaLinks),
});
export const MediaLink = z.union([
  z.object({ reference_id: z.string(), url: z.string(), expires_at: z.int() }),
  z.object({ reference_id: z.string(), error: z.enum(['item-not-found', 'source-suspended']) }),
  z.object({ reference_id: z.string(), error: z.literal('no-preview'), why: z.enum(noPreviewReasons) }),
]);
export type MediaLink = z.infer<typeof MediaLink>;

/** A viewer session: 16 random bytes as base64url, sent as bearer. Times are seconds since 1970. */
export const ViewerSession = z.object({ session: z.string(), agent_id: z.string(), expires_at: z.int() });
export type ViewerSession = z.infer<typeof ViewerSession>;

/** The agent's own HTTP routes: viewer, dashboard sessions and links. `/m/<token>` and `/assets/…` answer bytes and stand beside this table. */
export const localEndpoints = {
  ping: {
    method: 'get',
    path: '/v1/ping',
    access: 'open',
    summary: 'Whether an agent is here',
    reply: z.object({ agent_id: z.string(), version: z.string() }),
    errors: [],
    dialect: 'own',
  },
  connectDashboard: {
    method: 'post',
    path: '/v1/connect',
    access: 'open',
    summary: 'Consent, on the agent’s own /connect page, to a viewer session for a configured dashboard origin',
    body: z.strictObject({ origin: z.string().max(255), passcode: z.string().max(256).optional() }),
    reply: ViewerSession,
    errors: ['origin-refused', 'too-many-attempts'],
    dialect: 'own',
  },
  openViewer: {
    method: 'post',
    path: '/v1/viewer/session',
    access: 'open',
    summary: 'Exchange the one-time code of the viewer’s address for a session',
    body: z.strictObject({ code: z.string().min(16).max(64) }),
    reply: ViewerSession,
    errors: ['too-many-attempts', 'origin-refused'],
    dialect: 'own',
  },
  mintMediaLinks: {
    method: 'post',
    path: '/v1/media-links',
    access: 'viewer',
    summary: 'Links that open media for 5 to 10 minutes',
    body: MediaLinksRequest,
    reply: z.object({ links: z.array(MediaLink) }),
    errors: [],
    dialect: 'own',
  },
  getOverview: {
    method: 'get',
    path: '/v1/viewer/overview',
    access: 'viewer',
    summary: 'Sources, their states and counts',
    reply: z.object({
      agent_id: z.string(),
      version: z.string(),
      cloud_url: z.string(),
      cloud_state: z.enum(['connected', 'unreachable', 'refused', 'never-reached']),
      sources: z.array(
        z.object({
          alias: z.string(),
          folder: z.string(),
          dataset_name: z.string(),
          level: Level,
          names: NamesPolicy,
          state: z.enum(sourceStates),
          reason: z.enum(sourceReasons),
          watch: z.enum(watchStates),
          /** Seconds for which something has been owed to the cloud without a break. */
          lag_s: z.int(),
          last_scan_ms: z.number().nullable(),
          /** Day of the last complete comparison with the cloud, UTC. */
          verified_day: z.string().nullable(),
          on_disk: z.int(),
          catalogued: z.int(),
          excluded: z.int(),
          exceptions: z.int(),
          not_regular: z.int(),
          queued: z.int(),
          dead_letters: z.int(),
          held_deletions: z.int(),
        }),
      ),
    }),
    errors: [],
    dialect: 'own',
  },
  pageLocalItems: {
    method: 'post',
    path: '/v1/viewer/items',
    access: 'viewer',
    summary: 'Catalogued files by place, ordered by source and path',
    body: z.strictObject({ ...Offset, source: SourceAlias.optional() }),
    reply: z.object({ total: z.int(), items: z.array(LocalItem) }),
    errors: [],
    dialect: 'own',
  },
  pageExceptions: {
    method: 'post',
    path: '/v1/viewer/exceptions',
    access: 'viewer',
    summary: 'Files that could not be catalogued, with the reason',
    body: z.strictObject(Offset),
    reply: z.object({
      total: z.int(),
      exceptions: z.array(
        z.object({
          source: z.string(),
          key: z.string(),
          path: z.string(),
          code: z.string(),
          sentence: z.string(),
          byte_size: z.int(),
          strikes: z.int(),
        }),
      ),
    }),
    errors: [],
    dialect: 'own',
  },
  getWhatLeft: {
    method: 'get',
    path: '/v1/viewer/items/:key/left',
    access: 'viewer',
    summary: 'The exact JSON that left for one file, its bits and its ledger entries',
    reply: z.object({
      /** Canonical JSON as sent, or null when nothing has left yet. */
      body: z.string().nullable(),
      body_bytes: z.int(),
      revision: z.int().nullable(),
      level: Level,
      budget_bits: z.int(),
      fields: z.array(z.object({ field: z.string(), bits: z.int() })),
      entries: z.array(LedgerEntryView),
    }),
    errors: ['item-not-found'],
    dialect: 'own',
  },
  ...viewerEndpoints,
} as const satisfies Record<string, Endpoint>;

export type LocalEndpointName = keyof typeof localEndpoints;

/** Message that `/connect` posts to the dashboard's window. */
export const ViewerSessionMessage = z.object({
  type: z.literal('nucleus-viewer-session'),
  state: z.string(),
  session: z.string(),
  agent_id: z.string(),
  expires_at: z.int(),
});
export type ViewerSessionMessage = z.infer<typeof ViewerSessionMessage>;
