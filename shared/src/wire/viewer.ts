import { z } from 'zod';
import { SourceAlias } from '../ids/ids.ts';
import { Level } from '../record/levels.ts';
import type { Endpoint } from './endpoint.ts';
import { LocalItem, Offset } from './local-item.ts';
import { ledgerEndpoints } from './viewer-ledger.ts';

/** Routes of the local viewer beyond the first page. Every one needs a session of the agent's own page. */

const Query = z.string().max(4096);
/** Fields that the viewer's query bar also takes as `field:value`. */
export const viewerShorthands = ['path', 'state', 'source'] as const;

const FolderView = z.object({ name: z.string(), path: z.string(), files: z.int(), has_folders: z.boolean() });
export type FolderView = z.infer<typeof FolderView>;

/** What one level would send for a file. */
const LevelView = z.object({
  level: Level,
  is_current: z.boolean(),
  /** Canonical JSON of the record, as `explain` prints it. */
  body: z.string(),
  bits: z.int(),
  budget_bits: z.int(),
  fields: z.array(z.object({ field: z.string(), bits: z.int() })),
  blurhash: z.string().optional(),
  phash: z.string().optional(),
});
export type LevelView = z.infer<typeof LevelView>;

const Tag = z.object({ name: z.string(), value: z.string() });

const SessionView = z.object({
  session_id: z.string(),
  /** The viewer itself, a dashboard with consent, or a link that somebody was given. */
  kind: z.enum(['viewer', 'dashboard', 'share']),
  origin: z.string(),
  peer: z.string(),
  created_at: z.int(),
  expires_at: z.int(),
  /** The session that asks. */
  is_own: z.boolean(),
  /** Path of the file that a share opens. */
  shares: z.string().optional(),
});
export type SessionView = z.infer<typeof SessionView>;

const DuplicateSet = z.object({
  size: z.int(),
  /** Whether all of them have the same bytes, by the keyed content hash. */
  is_exact: z.boolean(),
  items: z.array(LocalItem),
});
export type DuplicateSet = z.infer<typeof DuplicateSet>;

const FieldInfo = z.object({
  name: z.string(),
  type: z.enum(['number', 'text']),
  about: z.string(),
  /** The only values there are, if they are few and known. */
  values: z.array(z.string()).optional(),
});
export type FieldInfo = z.infer<typeof FieldInfo>;

export const viewerEndpoints = {
  listFindFields: {
    method: 'get',
    path: '/v1/viewer/fields',
    access: 'viewer',
    summary: 'The fields that a query of the viewer can ask for',
    reply: z.object({ fields: z.array(FieldInfo) }),
    errors: [],
    dialect: 'own',
  },
  findLocalItems: {
    method: 'post',
    path: '/v1/viewer/find',
    access: 'viewer',
    summary: 'Files that meet a query over everything the catalogue knows, exceptions included, by place',
    body: z.strictObject({
      ...Offset,
      query: Query,
      sort: z.strictObject({ field: z.string().min(1).max(64), descending: z.boolean().default(false) }).optional(),
    }),
    reply: z.object({ total: z.int(), took_ms: z.number(), items: z.array(LocalItem) }),
    errors: ['query-too-slow'],
    dialect: 'own',
  },
  listFolders: {
    method: 'post',
    path: '/v1/viewer/folders',
    access: 'viewer',
    summary: 'The folders directly below a folder of a source, with how many files lie below each',
    body: z.strictObject({ source: SourceAlias, folder: z.string().max(4096) }),
    reply: z.object({ folders: z.array(FolderView), is_cut: z.boolean() }),
    errors: ['query-too-slow'],
    dialect: 'own',
  },
  getLocalItem: {
    method: 'get',
    path: '/v1/viewer/items/:key',
    access: 'viewer',
    summary: 'One file: where it is, where it stands and why, and what each privacy level would send for it',
    reply: z.object({
      item: LocalItem,
      /** Absolute, as people may read it. */
      folder: z.string(),
      modified_at: z.string(),
      ingest_day: z.string(),
      generation: z.int(),
      revision: z.int(),
      acked_revision: z.int(),
      /** Why it is not synced; a sentence also when it is. */
      why: z.string(),
      gps: z.object({ lat: z.number(), lon: z.number() }).optional(),
      levels: z.array(LevelView),
    }),
    errors: ['item-not-found'],
    dialect: 'own',
  },
  getTags: {
    method: 'get',
    path: '/v1/viewer/items/:key/tags',
    access: 'viewer',
    summary: 'Every metadata tag in the file itself, whatever the level: read now, shown here, kept nowhere',
    reply: z.object({ groups: z.array(z.object({ group: z.string(), tags: z.array(Tag) })), is_cut: z.boolean() }),
    errors: ['item-not-found', 'stale', 'unsupported-media-type', 'source-suspended'],
    dialect: 'own',
  },
  shareItem: {
    method: 'post',
    path: '/v1/viewer/items/:key/share',
    access: 'viewer',
    summary: 'A link to one file that ends by itself and can be ended before',
    body: z.strictObject({ variant: z.enum(['original', 'preview-2048']), minutes: z.int().min(1).max(60) }),
    reply: z.object({ session_id: z.string(), url: z.string(), expires_at: z.int() }),
    errors: ['item-not-found', 'source-suspended'],
    dialect: 'own',
  },
  retryExceptions: {
    method: 'post',
    path: '/v1/viewer/exceptions/retry',
    access: 'viewer',
    summary: 'Reads files again that could not be catalogued: one, or all of a source',
    body: z.union([
      z.strictObject({ key: z.string().regex(/^[0-9a-f]{32}$/) }),
      z.strictObject({ source: SourceAlias }),
    ]),
    reply: z.object({ retried: z.int(), catalogued: z.int() }),
    errors: ['item-not-found', 'source-suspended'],
    dialect: 'own',
  },
  pageHeldDeletions: {
    method: 'post',
    path: '/v1/viewer/held',
    access: 'viewer',
    summary: 'Deletions that wait for a person',
    body: z.strictObject({ ...Offset, source: SourceAlias }),
    reply: z.object({
      total: z.int(),
      held: z.array(z.object({ path: z.string(), reference_id: z.string(), since: z.string() })),
    }),
    errors: [],
    dialect: 'own',
  },
  confirmHeldDeletions: {
    method: 'post',
    path: '/v1/viewer/held/confirm',
    access: 'viewer',
    summary: 'Lets the held deletions of a source happen, if they are still as many as the person saw',
    body: z.strictObject({ source: SourceAlias, expected: z.int().min(1) }),
    reply: z.object({ confirmed: z.int() }),
    errors: ['conflict'],
    dialect: 'own',
  },
  ...ledgerEndpoints,
  findDuplicates: {
    method: 'post',
    path: '/v1/viewer/duplicates',
    access: 'viewer',
    summary: 'Groups of pictures that look alike, by perceptual hash; counted here, and asked for again until done',
    body: z.strictObject({ ...Offset, threshold: z.int().min(0).max(16) }),
    reply: z.object({
      state: z.enum(['counting', 'done']),
      /** Hashes compared so far, and of how many. */
      compared: z.int(),
      hashes: z.int(),
      total: z.int(),
      took_ms: z.number(),
      groups: z.array(DuplicateSet),
    }),
    errors: [],
    dialect: 'own',
  },
  listSessions: {
    method: 'get',
    path: '/v1/viewer/sessions',
    access: 'viewer',
    summary: 'Who can see pixels now: viewers, dashboards and shared links',
    reply: z.object({ sessions: z.array(SessionView) }),
    errors: [],
    dialect: 'own',
  },
  revokeSessions: {
    method: 'post',
    path: '/v1/viewer/sessions/revoke',
    access: 'viewer',
    summary: 'Ends one session or share, or all of them and every link, at once',
    body: z.union([z.strictObject({ session_id: z.string().max(64) }), z.strictObject({ all: z.literal(true) })]),
    reply: z.object({ revoked: z.int() }),
    errors: ['not-found'],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
