/** The fetcher with everything around it in the test's hands: names, permissions, limits. */
import {
  type FetchLimits,
  fetchAttachment,
  fetchLimits,
  systemPolicy,
} from '../../cloud-api/src/attachments/fetch/fetch-attachment.ts';
import type { LocateParts } from '../../cloud-api/src/attachments/fetch/locate-content.ts';

/** Sources of a cloud without integrations. @param allowed `host:port` in private networks that may be fetched */
export const plainSources = (allowed: readonly string[]): LocateParts => ({
  policy: systemPolicy(allowed),
  services: { sts: undefined, google: 'https://google.test/token', azure: 'https://azure.test' },
  ownAwsKeys: undefined,
  azureOrigins: new Set(),
  findAccess: async () => undefined,
});

interface FetchOptions {
  /** Answers of the resolver by name, call after call; the last one stays. */
  names?: Record<string, (readonly string[])[]>;
  allowed?: readonly string[];
  ownAddresses?: readonly string[];
  limits?: Partial<FetchLimits>;
  signal?: AbortSignal;
}

export interface Fetched {
  /** Bytes that came; undefined when the fetch was refused. */
  bytes: number | undefined;
  /** The sentence for the caller, and the reason that stays inside. */
  error: string | undefined;
  reason: string | undefined;
  tookMs: number;
  /** Names that were resolved, in order. */
  resolved: string[];
}

/** Fetches and counts; nothing is kept. */
export async function aFetch(url: string, options: FetchOptions = {}): Promise<Fetched> {
  const resolved: string[] = [];
  const startedAt = performance.now();
  const policy = {
    allowed: new Set(options.allowed ?? []),
    resolve: async (name: string) => {
      const answers = options.names?.[name] ?? [];
      resolved.push(name);
      return answers[Math.min(resolved.length, answers.length) - 1] ?? [];
    },
    ownAddresses: () => new Set(options.ownAddresses ?? []),
  };
  const count = async (body: AsyncIterable<Uint8Array>) => {
    let bytes = 0;
    for await (const chunk of body) bytes += chunk.length;
    return bytes;
  };
  const limits = { ...fetchLimits, ...options.limits };
  const outcome = await fetchAttachment(
    url,
    policy,
    limits,
    count,
    options.signal ?? new AbortController().signal,
  ).then(
    (bytes) => ({ bytes, error: undefined, reason: undefined }),
    (error: Error & { cause?: unknown }) => ({ bytes: undefined, error: error.message, reason: reasonOf(error.cause) }),
  );
  return { ...outcome, tookMs: performance.now() - startedAt, resolved };
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Error && 'reason' in cause && typeof cause.reason === 'string') return cause.reason;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error ? cause.name : String(cause);
}
