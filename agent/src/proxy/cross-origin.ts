import type { IncomingMessage } from 'node:http';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Headers } from './reply.ts';

/**
 * Which pages may read what this agent answers: exactly the listed origins, spelled out, never `*`, never `null`, never with
 * credentials.
 */

const preflightSeconds = 600;

/**
 * Headers for a request to a route that other pages may read. A request without Origin passes without any.
 * @throws AppError `origin-refused` when there is an Origin and it is not on the list.
 */
export function allowOrigin(req: IncomingMessage, origins: ReadonlySet<string>): Headers {
  const origin = req.headers.origin;
  if (origin === undefined) return { vary: 'Origin' };
  if (!origins.has(origin)) throw new AppError('origin-refused', 'Pages of this origin may not read from this agent.');
  return {
    'vary': 'Origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'content-range, etag, retry-after, x-error-code',
  };
}

/** What a preflight is answered, beside the headers of {@link allowOrigin}. */
export function preflightHeaders(methods: string): Headers {
  return {
    'access-control-allow-methods': methods,
    'access-control-allow-headers': 'authorization, content-type, if-none-match, if-range, range',
    'access-control-max-age': preflightSeconds,
  };
}
