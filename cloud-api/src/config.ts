/** Settings of the cloud: the `cloud:` part of the YAML file, overridden by flags. Nothing else reads the environment. */
import { readFileSync } from 'node:fs';
import { AppError } from '@nucleus/shared/failure/app-error';
import { type Document, isMap, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { normaliseRange } from './keys/address-ranges.ts';

const ListenAddress = z.string().regex(/^(\[[0-9a-f:]+\]|[^:\s]+):\d{1,5}$/, 'must be HOST:PORT');

const HostPort = z.string().regex(/^(\[[0-9a-f:]+\]|[^:\s/@]+):\d{1,5}$/i, 'must be HOST:PORT');

/** Compared as text with what callers name, so the slash at its end goes. */
const Origin = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''));

/** The `cloud:` part of the file. Strict: a misspelt setting is an error, never ignored. */
export const CloudConfig = z.strictObject({
  data: z.string().min(1).default('./data').describe('folder of everything that this process keeps'),
  listen: ListenAddress.default('127.0.0.1:8080').describe('address that it answers on'),
  public_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('origin under which browsers and agents reach it; by default the address it answers on'),
  database: z
    .string()
    .regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/, 'must be sqlite:PATH or postgres://…')
    .optional()
    .describe('by default a SQLite file below the data folder'),
  objects: z
    .string()
    .regex(/^(file:.+|s3:\/\/.+)$/, 'must be file:FOLDER or s3://BUCKET')
    .optional()
    .describe('where stored pictures are; by default a folder below the data folder'),
  fetch_allow: z
    .array(HostPort)
    .default([])
    .describe('host:port in private networks that item and task addresses may name'),
  upload_max_bytes: z
    .int()
    .min(1)
    .default(5 * 1024 ** 3)
    .describe('largest resumable upload; pictures are held to 64 MiB in any case'),
  upload_quota_bytes: z
    .int()
    .min(1)
    .default(50 * 1024 ** 3)
    .describe('bytes of unfinished resumable uploads of one tenant'),
  store_endpoints: z
    .array(Origin)
    .default([])
    .describe(
      'stores beside Amazon, Google and Azure that integrations of tenants may name; may be in private networks',
    ),
  sts_endpoint: Origin.optional().describe('where roles are taken on; by default Amazon’s'),
  google_token_url: Origin.default('https://oauth2.googleapis.com/token').describe('where service accounts get tokens'),
  azure_authority: Origin.default('https://login.microsoftonline.com').describe('where applications get tokens'),
  outbound_address: z.union([z.ipv4(), z.ipv6()]).optional().describe('address of this machine that fetches come from'),
  outbound_proxy: Origin.optional().describe('HTTP proxy that takes CONNECT; fetches go through it'),
  outbound_ranges: z
    .array(z.union([z.cidrv4(), z.cidrv6()]))
    .default([])
    .describe('ranges that customers must allow, as /v1/ip-ranges answers them'),
  trusted_proxies: z
    .array(z.string().refine((text) => normaliseRange(text) !== undefined, 'must be an address or a range'))
    .default([])
    .describe('addresses of the proxies before it, whose X-Forwarded-For counts'),
  insecure_http: z.boolean().default(false).describe('serve plain http on another host than this one'),
  role: z
    .enum(['all', 'http', 'jobs'])
    .default('all')
    .describe('what this process does; other than all needs PostgreSQL'),
  file_max_bytes: z
    .int()
    .min(1024)
    .max(1024 * 1024 * 1024)
    .default(80 * 1024 * 1024)
    .describe('largest file that can be uploaded or fetched'),
  job_lease_s: z
    .int()
    .min(2)
    .max(3600)
    .default(15)
    .describe('seconds after which the job of a dead process is taken over'),
  log_level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});
export type CloudConfig = z.infer<typeof CloudConfig>;

/** Settings given on the command line; they win over the file. */
export type CloudFlags = { [Name in keyof CloudConfig]?: CloudConfig[Name] | undefined };

/** Secrets from the environment. */
export interface CloudSecrets {
  /** NUCLEUS_CLOUD_KEY: admin key of the tenant `default`. */
  givenKey: string | undefined;
  /** NUCLEUS_CLOUD_LINK_KEY: signs expiring links; one for all processes of a deployment. By default a secret in the database. */
  linkKey?: string | undefined;
  /** NUCLEUS_CLOUD_OBJECTS_KEY_ID and NUCLEUS_CLOUD_OBJECTS_SECRET: keys of the bucket of `objects`. By default Amazon's own chain. */
  objectKeys?: AwsKeys | undefined;
  /** NUCLEUS_CLOUD_STS_KEY_ID and NUCLEUS_CLOUD_STS_SECRET: what roles of customers trust. By default Amazon's own chain. */
  stsKeys?: AwsKeys | undefined;
  /** NUCLEUS_CLOUD_SECRETS_KEY: 32 bytes in base64 that seal customers' credentials. By default a file of the data folder. */
  secretsKey?: string | undefined;
}

interface AwsKeys {
  accessKeyId: string;
  secretAccessKey: string;
}

/** Reads what the environment holds for the cloud. */
export function readSecrets(env: NodeJS.ProcessEnv): CloudSecrets {
  const linkKey = env.NUCLEUS_CLOUD_LINK_KEY || undefined;
  if (linkKey !== undefined && linkKey.length < 32)
    throw new AppError('config-invalid', 'NUCLEUS_CLOUD_LINK_KEY must have at least 32 characters.');
  return {
    givenKey: env.NUCLEUS_CLOUD_KEY || undefined,
    linkKey,
    objectKeys: readAwsKeys(env, 'NUCLEUS_CLOUD_OBJECTS'),
    stsKeys: readAwsKeys(env, 'NUCLEUS_CLOUD_STS'),
    secretsKey: env.NUCLEUS_CLOUD_SECRETS_KEY || undefined,
  };
}

function readAwsKeys(env: NodeJS.ProcessEnv, name: string): AwsKeys | undefined {
  const accessKeyId = env[`${name}_KEY_ID`] || undefined;
  const secretAccessKey = env[`${name}_SECRET`] || undefined;
  if (accessKeyId !== undefined && secretAccessKey !== undefined) return { accessKeyId, secretAccessKey };
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  throw new AppError('config-invalid', `${name}_KEY_ID and ${name}_SECRET go together.`);
}

/** `fetch_allow` from NUCLEUS_CLOUD_FETCH_ALLOW, a comma list; undefined when it is not set. */
export function readFetchAllow(env: NodeJS.ProcessEnv): string[] | undefined {
  const listed = env.NUCLEUS_CLOUD_FETCH_ALLOW;
  if (listed === undefined || listed === '') return undefined;
  return listed.split(',').map((each) => each.trim());
}

/**
 * Settings from `file` (none: defaults) and `flags`.
 * @throws AppError `config-invalid` with the line and the path of the first setting that is wrong.
 */
export function readConfig(file: string | undefined, flags: CloudFlags): CloudConfig {
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  const fromFile = file === undefined ? {} : parseConfig(readText(file), file);
  const parsed = CloudConfig.safeParse({ ...fromFile, ...given });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AppError('config-invalid', `${issue?.path.join('.') || 'The settings'}: ${issue?.message ?? 'not valid'}.`);
}

/**
 * The `cloud:` part of a YAML text, defaults not filled in.
 * @throws AppError `config-invalid`
 */
export function parseConfig(text: string, file: string): Partial<CloudConfig> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken !== undefined) {
    throw new AppError('config-invalid', `${file}, line ${lines.linePos(broken.pos[0]).line}: this is not valid YAML.`);
  }
  // The agent's part stands in the same file and is the agent's to check.
  const Whole = z.strictObject({ cloud: CloudConfig.partial().optional(), agent: z.unknown().optional() });
  const parsed = Whole.safeParse(document.toJS() ?? {});
  if (!parsed.success) throw refusedSetting(document, lines, file, parsed.error.issues[0]);
  const set = (document.toJS() as { cloud?: Partial<CloudConfig> } | null)?.cloud ?? {};
  return Object.fromEntries(Object.entries(parsed.data.cloud ?? {}).filter(([name]) => Object.hasOwn(set, name)));
}

function refusedSetting(
  document: Document,
  lines: LineCounter,
  file: string,
  issue: z.core.$ZodIssue | undefined,
): AppError {
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])];
  const offset = offsetOf(document, path);
  const where = offset === undefined ? file : `${file}, line ${lines.linePos(offset).line}`;
  const what = unknown === undefined ? (issue?.message ?? 'not valid') : 'there is no such setting';
  return new AppError('config-invalid', `${where}: ${path.map(String).join('.') || 'the file'}: ${what}.`);
}

/** Where the key at `path` stands in the text. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const name of path) {
    if (!isMap(node)) return offset;
    const pair = node.items.find(({ key }) => String(key) === String(name));
    if (pair === undefined) return offset;
    const { range } = pair.key as { range?: [number, number, number] | null };
    offset = range?.[0] ?? offset;
    node = pair.value;
  }
  return offset;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AppError('config-invalid', `The configuration file ${file} cannot be read.`, { cause });
  }
}
