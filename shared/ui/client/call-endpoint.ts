/**
 * One typed call for every endpoint of the tables in `shared/src/wire`: fills the path, sends the body, parses the reply.
 * Whatever goes wrong becomes a {@link CallFailure} with a code and a sentence.
 */
import { type ErrorCode, errorCodes } from '@nucleus/shared/failure/error-codes';
import {
  type Endpoint,
  fillPath,
  type ParamsOf,
  type ReplyOf,
  type RequestBodyOf,
} from '@nucleus/shared/wire/endpoint';
import { ErrorReply, errorCodeHeader } from '@nucleus/shared/wire/error-reply';
import { CallFailure } from './call-failure.ts';

/** Whom to call. An empty origin is the page's own. */
export interface CallTarget {
  origin: string;
  bearer?: string | undefined;
  /** `same-origin` lets the dashboard's cookie go along; calls to another origin carry none. */
  credentials: 'same-origin' | 'omit';
  fetch?: typeof fetch;
}

// A path without parameters and an endpoint without a body take none. (The brackets keep unions together.)
type ParamsInput<P> = [keyof P] extends [never] ? { params?: undefined } : { params: P };
type BodyInput<B> = [B] extends [undefined] ? { body?: undefined } : { body: B };

export type CallInput<E extends Endpoint> = ParamsInput<ParamsOf<E>> &
  BodyInput<RequestBodyOf<E>> & {
    /** What stands after the question mark; undefined ones are left out. */
    query?: Readonly<Record<string, string | number | undefined>>;
    signal?: AbortSignal | undefined;
    init?: RequestInit;
  };

/**
 * @throws CallFailure on refusals, unreadable replies and a missing network.
 * @throws DOMException `AbortError` when the caller's signal ended the call.
 */
export async function callEndpoint<E extends Endpoint>(
  endpoint: E,
  target: CallTarget,
  input: CallInput<E>,
): Promise<ReplyOf<E>> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (input.body !== undefined) headers['content-type'] = 'application/json';
  if (target.bearer !== undefined) headers.authorization = `Bearer ${target.bearer}`;
  let response: Response;
  try {
    response = await (target.fetch ?? fetch)(addressOf(endpoint.path, target, input), {
      method: endpoint.method.toUpperCase(),
      headers,
      credentials: target.credentials,
      cache: 'no-store',
      redirect: 'error',
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
      ...(input.signal === undefined ? {} : { signal: input.signal }),
      ...input.init,
    });
  } catch (error) {
    if (input.signal?.aborted) throw error;
    throw new CallFailure('network', 'No answer came. The server may be down or the connection lost.', {
      cause: error,
    });
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw refusalOf(response, body);
  const reply = endpoint.reply.safeParse(body);
  if (!reply.success) {
    throw new CallFailure('unreadable', 'The answer could not be read: page and server are of different versions.', {
      status: response.status,
      cause: reply.error,
    });
  }
  return reply.data as ReplyOf<E>;
}

function refusalOf(response: Response, body: unknown): CallFailure {
  const parsed = ErrorReply.safeParse(body);
  const named = (parsed.success ? parsed.data.code : undefined) ?? response.headers.get(errorCodeHeader) ?? undefined;
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new CallFailure(
    named !== undefined && isErrorCode(named) ? named : codeOfStatus(response.status),
    parsed.success ? parsed.data.error : `The server answered ${response.status} without a reason.`,
    {
      status: response.status,
      at: parsed.success ? parsed.data.at : undefined,
      retryAfterS: Number.isFinite(retryAfter) ? retryAfter : undefined,
    },
  );
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 429) return 'too-many-attempts';
  if (status === 503) return 'overloaded';
  return status < 500 ? 'invalid-request' : 'internal';
}

function addressOf(
  path: string,
  { origin }: CallTarget,
  { params, query }: { params?: Readonly<Record<string, string>> | undefined; query?: CallInput<Endpoint>['query'] },
): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) asked.set(name, String(value));
  return origin + fillPath(path, params ?? {}) + (asked.size === 0 ? '' : `?${asked}`);
}
