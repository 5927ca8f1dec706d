/** From a YAML file or from flags to a checked configuration. The only reader of the environment beside main. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { AgentConfig } from './config.ts';
import { findOwnTls } from './keys/tls-files.ts';

/** Flags of `run` and of everything that names a data directory. */
export interface ConfigFlags {
  config?: string;
  source?: string;
  dataset?: string;
  cloud?: string;
  data?: string;
  listen?: string;
  level?: string;
  insecureLanHttp?: boolean;
}

/**
 * The configuration that flags name: a file, whose other flags may only override `data` and `listen`, or everything by flags.
 * @throws AppError `config-invalid` with file, line and path of what is wrong; `usage` for flags that do not go together.
 */
export function loadConfig(flags: ConfigFlags, workingDir: string): AgentConfig {
  if (flags.config !== undefined) {
    const loose = (['source', 'dataset', 'cloud', 'level'] as const).filter((name) => flags[name] !== undefined);
    if (loose.length > 0)
      throw new AppError('usage', `--${loose[0]} cannot be used beside --config; write it into the file.`);
    const file = resolve(workingDir, flags.config);
    const config = readConfigFile(file);
    return absolutePaths(
      {
        ...config,
        data: flags.data ?? config.data,
        listen: flags.listen ?? config.listen,
        insecure_lan_http: flags.insecureLanHttp ?? config.insecure_lan_http,
      },
      flags.data ? workingDir : dirname(file),
    );
  }
  if (flags.source === undefined || flags.cloud === undefined) {
    throw new AppError('usage', 'Name a configuration with --config FILE, or at least --source DIR and --cloud URL.');
  }
  const folder = resolve(workingDir, flags.source);
  const parsed = AgentConfig.safeParse({
    data: flags.data,
    listen: flags.listen,
    insecure_lan_http: flags.insecureLanHttp,
    cloud: { url: flags.cloud },
    sources: [{ folder, dataset: flags.dataset ?? (folder.split('/').pop() || 'main'), level: flags.level }],
  });
  if (!parsed.success) throw new AppError('usage', `A flag is wrong: ${issueSentence(parsed.error)}.`);
  return absolutePaths(parsed.data, workingDir);
}

/** The `agent:` part of a file, without resolving paths. */
function readConfigFile(file: string): AgentConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AppError('config-invalid', `The configuration ${file} cannot be read.`, { cause });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true });
  const [syntax] = document.errors;
  if (syntax)
    throw new AppError(
      'config-invalid',
      `${file}, line ${syntax.linePos?.[0].line ?? 1}: ${syntax.message.split('\n')[0]}`,
    );
  const whole = document.toJS({ maxAliasCount: 100 }) as Record<string, unknown> | null;
  const stranger = Object.keys(whole ?? {}).find((key) => key !== 'agent' && key !== 'cloud');
  if (stranger !== undefined)
    throw new AppError('config-invalid', `${file}, line ${lineOf([stranger])}: ${stranger} is not a known key.`);
  const parsed = AgentConfig.safeParse(whole?.agent);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = [
    'agent',
    ...(issue?.path ?? []),
    ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []),
  ];
  throw new AppError('config-invalid', `${file}, line ${lineOf(path)}: ${issueSentence(parsed.error, 'agent')}.`, {
    at: path.join('.'),
  });

  function lineOf(at: readonly PropertyKey[]): number {
    for (let depth = at.length; depth > 0; depth -= 1) {
      const range = keyRange(document.contents, at.slice(0, depth));
      if (range !== undefined) return lines.linePos(range).line;
    }
    return 1;
  }
}

/** Offset of the key (or list entry) that a path ends in. */
function keyRange(node: unknown, path: readonly PropertyKey[]): number | undefined {
  const [first, ...rest] = path;
  if (typeof node !== 'object' || node === null || !('items' in node)) return undefined;
  const items = node.items as unknown[];
  if (typeof first === 'number') {
    const item = items[first] as { range?: [number, number, number] } | undefined;
    return rest.length > 0 ? keyRange(item, rest) : item?.range?.[0];
  }
  const pair = items.find((item) => (item as { key?: { value?: unknown } }).key?.value === first) as
    | { key: { range?: [number, number, number] }; value: unknown }
    | undefined;
  return rest.length > 0 ? keyRange(pair?.value, rest) : pair?.key.range?.[0];
}

function issueSentence(error: z.ZodError, root = ''): string {
  const issue = error.issues[0];
  const path = [...(root ? [root] : []), ...(issue?.path ?? [])].join('.');
  if (issue?.code === 'unrecognized_keys') return `${path ? `${path}.` : ''}${issue.keys[0]} is not a known key`;
  return `${path || 'the configuration'}: ${issue?.message.replace(/\.$/, '') ?? 'is wrong'}`;
}

function absolutePaths(config: AgentConfig, base: string): AgentConfig {
  const absolute = (path: string): string => (isAbsolute(path) ? path : join(base, path));
  const { key_file, ca_file, proxy_auth_file, ...cloud } = config.cloud;
  const tls = config.tls
    ? { cert_file: absolute(config.tls.cert_file), key_file: absolute(config.tls.key_file) }
    : findOwnTls(absolute(config.data));
  return {
    ...config,
    data: absolute(config.data),
    ...(tls ? { tls } : {}),
    cloud: {
      ...cloud,
      ...(key_file ? { key_file: absolute(key_file) } : {}),
      ...(ca_file ? { ca_file: absolute(ca_file) } : {}),
      ...(proxy_auth_file ? { proxy_auth_file: absolute(proxy_auth_file) } : {}),
    },
  };
}

/**
 * The agent's API key: the variable NUCLEUS_AGENT_KEY, else the configured file, else `keys/cloud` below the data directory.
 * @throws AppError `config-invalid` when there is none or others can read its file.
 */
export function readCloudKey(config: AgentConfig, environment: Readonly<Record<string, string | undefined>>): string {
  const variable = environment.NUCLEUS_AGENT_KEY?.trim();
  if (variable) return variable;
  const file = config.cloud.key_file ?? join(config.data, 'keys', 'cloud');
  try {
    if ((statSync(file).mode & 0o077) !== 0)
      throw new AppError('config-invalid', `${file} can be read by others; run chmod 600 on it.`);
    const key = readFileSync(file, 'utf8').trim();
    if (key.length >= 20) return key;
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError(
      'config-invalid',
      `There is no API key: set NUCLEUS_AGENT_KEY, or write the key into ${file} with mode 0600.`,
      { cause },
    );
  }
  throw new AppError('config-invalid', `${file} does not hold an API key.`);
}

/**
 * Name and password for the outbound proxy: the variable NUCLEUS_AGENT_PROXY_AUTH, else the configured file, else none.
 * @throws AppError `config-invalid` when others can read the file or it holds something else.
 */
export function readProxyCredentials(
  config: AgentConfig,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const file = config.cloud.proxy_auth_file;
  const variable = environment.NUCLEUS_AGENT_PROXY_AUTH?.trim();
  const text = variable || (file === undefined ? undefined : readPrivateFile(file));
  if (text !== undefined && !/^[^:]+:/.test(text))
    throw new AppError('config-invalid', 'The credentials of the proxy are not of the form user:password.');
  return text;
}

function readPrivateFile(file: string): string {
  try {
    if ((statSync(file).mode & 0o077) !== 0)
      throw new AppError('config-invalid', `${file} can be read by others; run chmod 600 on it.`);
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('config-invalid', `${file} cannot be read.`, { cause });
  }
}
