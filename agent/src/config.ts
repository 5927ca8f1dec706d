import { isAbsolute } from 'node:path';
import { SourceAlias } from '@nucleus/shared/ids/ids';
import { customFieldKey, recordFields } from '@nucleus/shared/record/fields';
import { Level, NamesPolicy } from '@nucleus/shared/record/levels';
import { z } from 'zod';

const origin = z
  .string()
  .max(255)
  .regex(/^https?:\/\/[a-z0-9.:[\]-]+$/, 'must be an origin such as https://dash.example, without a path');
const hostAndPort = z.string().regex(/^(\[[0-9a-f:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, 'must be HOST:PORT');
const switchable = [...Object.keys(recordFields), 'phash', 'embedding_info'].filter(
  (field) => !['source', 'media_kind', 'format', 'status'].includes(field),
);

const unknownField = 'must be the name of a record field that can be switched off, or x_ and a key';

/** One watched folder. One source fills one dataset. */
export const SourceConfig = z.strictObject({
  alias: SourceAlias.default('main'),
  folder: z.string().min(1).refine(isAbsolute, 'must be an absolute path'),
  dataset: z.string().regex(/^[^\p{Cc}\p{Cs}]{1,128}$/u, 'must be 1 to 128 printable characters'),
  level: Level.default('standard'),
  /** Forced to `pseudonym` at level minimal. */
  names: NamesPolicy.optional(),
  include: z.array(z.string().min(1)).default(['**']),
  exclude: z.array(z.string().min(1)).default([]),
  /** Follow links to what lies in the folder itself and is not left out. */
  follow_links: z.boolean().default(false),
  /** Fields that the level allows and that stay inside all the same. */
  fields_off: z
    .array(z.union([z.enum(switchable as [string, ...string[]]), z.string().regex(customFieldKey)], unknownField))
    .default([]),
  /** File below the folder, made by an operator, whose presence proves that the right volume is mounted. */
  marker: z.string().min(1).optional(),
  /** Zone for capture times without an offset, as an IANA name. */
  time_zone: z.string().min(1).optional(),
  gps_grain_degrees: z.number().min(0.01).max(10).default(0.1),
  adopt: z
    .string()
    .regex(/^ds_[a-z0-9]{20}$/, 'must be a dataset id')
    .optional(),
});
export type SourceConfig = z.infer<typeof SourceConfig>;

/** The `agent:` part of the configuration file. Durations and sizes carry their unit in the name. */
export const AgentConfig = z
  .strictObject({
    data: z.string().min(1).default('./data/agent'),
    listen: hostAndPort.default('127.0.0.1:8787'),
    /** Address under which browsers reach this agent; part of every record's `image_url`. Default: http://LISTEN. */
    public_url: origin.optional(),
    /** PEM files for https. Default: what `nucleus-agent tls init` made, else plain http. */
    tls: z.strictObject({ cert_file: z.string().min(1), key_file: z.string().min(1) }).optional(),
    /** Listening beyond loopback without TLS needs this: whoever is on the network then sees pictures, links and the passcode. */
    insecure_lan_http: z.boolean().default(false),
    /** Addresses or CIDR ranges of reverse proxies whose X-Forwarded-For is believed. Default: none. */
    trusted_proxies: z.array(z.string().min(1)).default([]),
    cloud: z.strictObject({
      url: z.url({ protocol: /^https?$/ }),
      /** File of mode 0600 that holds the agent's API key; the variable NUCLEUS_AGENT_KEY goes before it. */
      key_file: z.string().min(1).optional(),
      ca_file: z.string().min(1).optional(),
      /** The one way out where there is no direct one: an HTTP proxy that takes CONNECT. Never with a password in it. */
      proxy: origin.optional(),
      /** File of mode 0600 with `user:password` for the proxy; NUCLEUS_AGENT_PROXY_AUTH goes before it. */
      proxy_auth_file: z.string().min(1).optional(),
    }),
    /** Pages that may show pixels. Default: the cloud's origin. */
    dashboard_origins: z.array(origin).max(32).optional(),
    /** Addresses or CIDR ranges that may read /assets without a session. */
    asset_ip_allowlist: z.array(z.string().min(1)).default([]),
    metrics_from_anywhere: z.boolean().default(false),
    scan: z
      .strictObject({
        interval_s: z.number().min(1).max(86_400).default(60),
        settle_ms: z.number().min(0).max(600_000).default(1000),
        delete_grace_ms: z.number().min(0).max(86_400_000).default(5000),
        watch: z.boolean().default(true),
        /** A folder that gives no sign for so long is suspended. */
        hang_ms: z.number().min(500).max(600_000).default(30_000),
      })
      .prefault({}),
    extract: z
      .strictObject({
        processes: z.int().min(1).max(64).default(2),
        max_pixels: z.int().min(1_000_000).max(2_000_000_000).default(100_000_000),
        max_file_bytes: z
          .int()
          .min(1)
          .default(4 * 1024 ** 3),
        timeout_ms: z.int().min(100).max(600_000).default(10_000),
        /** Previews of videos show a frame, where the system's ffmpeg is installed. */
        video_posters: z.boolean().default(true),
      })
      .prefault({}),
    sync: z
      .strictObject({
        heartbeat_s: z.int().min(1).max(3600).default(30),
        max_backoff_ms: z.int().min(100).max(3_600_000).default(300_000),
        max_queued_changes: z.int().min(100).default(2_000_000),
      })
      .prefault({}),
    /** What has left is kept until the compressed ledger is larger than this; the oldest goes first. */
    ledger: z
      .strictObject({
        max_bytes: z
          .int()
          .min(1_000_000)
          .default(8 * 1024 ** 3),
      })
      .prefault({}),
    previews: z
      .strictObject({
        max_cache_bytes: z
          .int()
          .min(0)
          .default(2 * 1024 ** 3),
      })
      .prefault({}),
    sources: z.array(SourceConfig).min(1).max(256),
  })
  .superRefine((config, context) => {
    const seen = new Map<string, string>();
    for (const [i, source] of config.sources.entries()) {
      for (const [kind, value] of [
        ['alias', source.alias],
        ['dataset', source.dataset],
      ] as const) {
        if (seen.has(`${kind} ${value}`)) {
          context.addIssue({ code: 'custom', path: ['sources', i, kind], message: `${kind} "${value}" is used twice` });
        }
        seen.set(`${kind} ${value}`, value);
      }
      if (source.level === 'minimal' && source.names === 'relative-path') {
        context.addIssue({
          code: 'custom',
          path: ['sources', i, 'names'],
          message: 'must be pseudonym at level minimal',
        });
      }
    }
  });
export type AgentConfig = z.infer<typeof AgentConfig>;

/** The names policy in force: pseudonyms at level minimal, else what is configured, else relative paths. */
export function namesPolicy(source: Pick<SourceConfig, 'level' | 'names'>): NamesPolicy {
  return source.level === 'minimal' ? 'pseudonym' : (source.names ?? 'relative-path');
}
