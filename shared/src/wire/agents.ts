import { z } from 'zod';
import { AgentId, ReferenceId, SourceAlias } from '../ids/ids.ts';
import { Level, NamesPolicy } from '../record/levels.ts';
import { recordSchema } from '../record/record.ts';
import type { Endpoint } from './endpoint.ts';

export const protocolVersion = 1;
/** A batch is cut at whichever comes first. Bytes are counted before compression. */
export const maxBatchChanges = 1000;
export const maxBatchBytes = 4 * 1024 * 1024;

const Revision = z.int().min(1);
const Fence = z.int().min(1);
const StoreEpoch = z.string().regex(/^[0-9a-f]{32}$/);
/** First 32 hex of SHA-256 over the canonical JSON of an item, or `deleted` for a tombstone. */
const Digest = z.string().regex(/^([0-9a-f]{32}|deleted)$/);

export const sourceStates = ['starting', 'scanning', 'live', 'paused', 'suspended'] as const;
/** Why a source is not live; an enum, so that no path or name can leave in it. */
export const sourceReasons = [
  'none',
  'root-missing',
  'root-empty',
  'root-swapped',
  'root-hanging',
  'root-unreadable',
  'shrank',
  'superseded',
  'dataset-gone',
  'key-refused',
  'not-approved',
  'queue-full',
] as const;

/** How the changes of a source are noticed between its scans: by events, or by scans alone and why. */
export const watchStates = [
  'starting',
  'watching',
  'switched-off',
  'network-file-system',
  'watch-limit',
  'queue-overflow',
  'self-test-failed',
  'watch-failed',
] as const;
export type WatchState = (typeof watchStates)[number];

/** Line 1 of a batch: one batch holds changes of one source. */
export const ChangesHead = z.strictObject({
  v: z.literal(protocolVersion),
  agent_id: AgentId,
  source: SourceAlias,
});

/** A change of one item; revisions grow by item and older ones never overwrite newer ones. */
export const Change = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('put'),
    ref: ReferenceId,
    rev: Revision,
    digest: z.string().regex(/^[0-9a-f]{32}$/),
    item: recordSchema('rich'),
  }),
  z.strictObject({ op: z.literal('delete'), ref: ReferenceId, rev: Revision }),
  z.strictObject({ op: z.literal('rekey'), ref: ReferenceId, new_ref: ReferenceId, rev: Revision }),
]);
export type Change = z.infer<typeof Change>;

/** Why the cloud refused one change for good; the agent keeps it as a dead letter. */
const rejectionCodes = [
  'invalid-item',
  'digest-mismatch',
  'reference-mismatch',
  'reference-taken',
  'field-type-conflict',
  'over-level',
] as const;

export const Ack = z.object({
  ref: z.string(),
  rev: z.int(),
  status: z.enum(['applied', 'duplicate', 'stale', 'rejected']),
  current: z.object({ rev: z.int(), digest: Digest }).optional(),
  code: z.enum(rejectionCodes).optional(),
});
export type Ack = z.infer<typeof Ack>;

export const RegisterRequest = z.strictObject({
  agent_id: AgentId,
  version: z
    .string()
    .regex(/^\d{1,4}\.\d{1,4}\.\d{1,4}$/)
    .meta({ example: '0.1.0' }),
  public_url: z
    .string()
    .max(255)
    .regex(/^https?:\/\/[a-z0-9.:[\]-]+$/, 'must be an http or https origin')
    .meta({ example: 'http://agent.example:8787' }),
  sources: z
    .array(
      z.strictObject({
        alias: SourceAlias,
        dataset_name: z.string().regex(/^[^\p{Cc}\p{Cs}]{1,128}$/u),
        level: Level,
        names: NamesPolicy,
        /** Metadata fields that the level allows and the configuration keeps inside. */
        fields_off: z.array(z.string().regex(/^[a-z][a-z0-9_]{0,32}$/)).max(64),
        adopt: z
          .string()
          .regex(/^ds_[a-z0-9]{20}$/)
          .optional(),
        recreate: z.boolean().optional(),
      }),
    )
    .max(256),
  take_over: z.boolean().optional(),
});
export type RegisterRequest = z.infer<typeof RegisterRequest>;

const Count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

export const SourceHealth = z.strictObject({
  alias: SourceAlias,
  state: z.enum(sourceStates),
  reason: z.enum(sourceReasons),
  watch: z.enum(watchStates).optional(),
  on_disk: Count,
  catalogued: Count,
  excluded: Count,
  exceptions: Count,
  queued: Count,
  dead_letters: Count,
  held_deletions: Count,
  lag_s: Count,
  /** Day of the last complete comparison with the cloud, UTC. */
  verified_day: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/)
    .optional(),
});
export type SourceHealth = z.infer<typeof SourceHealth>;

export const HeartbeatRequest = z.strictObject({
  agent_id: AgentId,
  sources: z.array(SourceHealth).max(256),
});
export type HeartbeatRequest = z.infer<typeof HeartbeatRequest>;

/** An agent as the dashboard sees it. */
export const AgentView = z.object({
  agent_id: z.string(),
  version: z.string(),
  public_url: z.string(),
  approved: z.boolean(),
  /** Milliseconds since 1970; null when it never came. */
  last_heartbeat_ms: z.number().nullable(),
  state: z.enum(['live', 'offline', 'waiting-for-approval']),
  sources: z.array(
    z.object({
      source_id: z.string(),
      alias: z.string(),
      dataset_id: z.string(),
      dataset_name: z.string(),
      level: Level,
      names: NamesPolicy,
      health: SourceHealth.nullable(),
    }),
  ),
});
export type AgentView = z.infer<typeof AgentView>;

export const agentEndpoints = {
  registerAgent: {
    method: 'post',
    path: '/v1/agents/register',
    access: 'agent',
    summary: 'Bind the sources of an agent to datasets',
    body: RegisterRequest,
    reply: z.object({
      store_epoch: StoreEpoch,
      heartbeat_s: z.int(),
      sources: z.array(
        z.object({
          alias: SourceAlias,
          source_id: z.string(),
          dataset_id: z.string(),
          fence: Fence,
          high_rev: z.int().min(0),
          /** Set when the bound dataset was deleted in the cloud: the source pauses. */
          dataset_gone: z.boolean().optional(),
        }),
      ),
    }),
    errors: ['upgrade-required', 'conflict', 'dataset-not-found'],
    dialect: 'own',
  },
  heartbeat: {
    method: 'post',
    path: '/v1/agents/heartbeat',
    access: 'agent',
    summary: 'Counts and states of an agent’s sources',
    body: HeartbeatRequest,
    reply: z.object({ store_epoch: StoreEpoch, approved: z.boolean() }),
    errors: ['agent-not-found'],
    dialect: 'own',
  },
  /** The body is NDJSON: {@link ChangesHead}, then {@link Change} lines; gzip as content-encoding. */
  pushChanges: {
    method: 'post',
    path: '/v1/agents/changes',
    access: 'agent',
    summary: 'Apply a batch of changes of one source',
    query: z.object({ fence: z.coerce.number().int().min(1), store_epoch: StoreEpoch }),
    reply: z.object({ store_epoch: StoreEpoch, acks: z.array(Ack) }),
    errors: ['agent-not-found', 'superseded', 'epoch-changed', 'dataset-gone', 'body-too-large', 'upgrade-required'],
    dialect: 'own',
  },
  getManifest: {
    method: 'get',
    path: '/v1/agents/:agentId/manifest',
    access: 'agent',
    summary: 'Digests of what the cloud holds of a source, by prefix of the item’s key',
    query: z.object({
      source: SourceAlias,
      prefix: z
        .string()
        .regex(/^([0-9a-f]{2}){0,2}$/)
        .default(''),
    }),
    reply: z.object({
      store_epoch: StoreEpoch,
      count: z.int(),
      sha256: z.string(),
      children: z.array(z.object({ prefix: z.string(), count: z.int(), sha256: z.string() })).optional(),
      items: z
        .array(
          z.object({
            k: z.string(),
            ref: z.string(),
            rev: z.int(),
            digest: Digest,
            content_hash: z.string().optional(),
            state: z.enum(['live', 'deleted', 'removed_by_user']),
          }),
        )
        .optional(),
    }),
    errors: ['agent-not-found'],
    dialect: 'own',
  },
  listAgents: {
    method: 'get',
    path: '/v1/agents',
    access: 'read',
    summary: 'Agents with their sources and health',
    reply: z.object({ agents: z.array(AgentView) }),
    errors: [],
    dialect: 'own',
  },
  restoreItems: {
    method: 'post',
    path: '/v1/agents/items/restore',
    access: 'write',
    summary: 'Bring back items of an agent that were deleted by a Nucleus route',
    body: z.strictObject({
      dataset_id: z.string().min(1).max(64),
      reference_ids: z.array(ReferenceId).min(1).max(10_000),
    }),
    /** Those that came back; what was not removed is passed over. */
    reply: z.object({ restored: z.array(z.string()) }),
    errors: ['dataset-not-found'],
    dialect: 'own',
  },
  approveAgent: {
    method: 'post',
    path: '/v1/agents/:agentId/approve',
    access: 'admin',
    summary: 'Let an agent’s address into pages and their content security policy',
    reply: z.object({ agent_id: z.string(), approved: z.literal(true) }),
    errors: ['agent-not-found'],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
