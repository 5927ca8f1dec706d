import { z } from 'zod';
import { type Endpoint, keyScopes } from './endpoint.ts';

const keyKinds = ['standard', 'limited'] as const;
const keyModes = ['live', 'test'] as const;

/** An API key as it is told: everything but the secret, which is stored nowhere. */
export const KeyView = z.object({
  key_id: z.string(),
  label: z.string(),
  /** `standard` comes by HTTP Basic, `limited` by the header `x-limited-access-key`. */
  kind: z.enum(keyKinds),
  /** `test`: it opens the test world, apart from everything live. */
  mode: z.enum(keyModes),
  scopes: z.array(z.enum(keyScopes)),
  /** The only datasets that it reaches; null for all. */
  dataset_ids: z.array(z.string()).nullable(),
  /** The only addresses or ranges from which it works; null for any. */
  addresses: z.array(z.string()).nullable(),
  /** The agent that it speaks for, once that has registered. */
  agent_id: z.string().nullable(),
  created_at_ms: z.number(),
  expires_at_ms: z.number().nullable(),
  /** To the minute. */
  last_used_at_ms: z.number().nullable(),
  revoked_at_ms: z.number().nullable(),
});
export type KeyView = z.infer<typeof KeyView>;

const mostBounds = 100;

const NewKeyBody = z.strictObject({
  label: z.string().trim().min(1).max(200),
  scopes: z.array(z.enum(keyScopes)).min(1).max(keyScopes.length),
  kind: z.enum(keyKinds).default('standard'),
  mode: z.enum(keyModes).default('live'),
  expires_at_ms: z.int().min(0).nullable().default(null),
  dataset_ids: z.array(z.string().min(1).max(64)).min(1).max(mostBounds).nullable().default(null),
  /** Addresses, or ranges such as 10.0.0.0/8. */
  addresses: z.array(z.string().min(1).max(64)).min(1).max(mostBounds).nullable().default(null),
});

/** The tenant's keys. A key can be made by one that has every right of it, and by no other. */
export const keyEndpoints = {
  listKeys: {
    method: 'get',
    path: '/v1/keys',
    access: 'admin',
    summary: 'API keys of the tenant and its test world, oldest first, ended ones included',
    reply: z.object({ keys: z.array(KeyView) }),
    errors: [],
    dialect: 'own',
  },
  createKey: {
    method: 'post',
    path: '/v1/keys',
    access: 'admin',
    summary: 'Make an API key with no more rights than the caller’s own; its secret is answered this once',
    body: NewKeyBody,
    reply: z.object({ key: KeyView, secret: z.string() }),
    errors: ['dataset-not-found'],
    dialect: 'own',
  },
  revokeKey: {
    method: 'delete',
    path: '/v1/keys/:keyId',
    access: 'admin',
    summary: 'End a key at once, and the dashboard sessions that it opened',
    reply: z.object({ revoked: z.literal(true) }),
    errors: ['not-found'],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
