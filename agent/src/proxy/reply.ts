import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { ErrorCode } from '@nucleus/shared/failure/error-codes';
import { RangeRefusal } from '@nucleus/shared/media/byte-range';
import { errorCodeHeader } from '@nucleus/shared/wire/error-reply';
import type { Logger } from 'pino';

/** Answers on bare node:http. Every reply states its length, forbids sniffing and is kept by nobody unless it says otherwise. */

export type Headers = Record<string, string | number>;
export type Log = Pick<Logger, 'info' | 'warn' | 'error'>;

const guarded: Headers = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

export function sendText(res: ServerResponse, status: number, text: string, headers: Headers = {}): void {
  const body = Buffer.from(text);
  res.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    ...guarded,
    'content-length': body.length,
    ...headers,
  });
  res.end(body);
}

export function sendJson(res: ServerResponse, status: number, value: unknown, headers: Headers = {}): void {
  sendText(res, status, JSON.stringify(value), { 'content-type': 'application/json; charset=utf-8', ...headers });
}

/** One sentence for each failure of a media request, whatever was asked for: the answers must not tell files apart. */
const mediaSentences: Partial<Record<ErrorCode, string>> = {
  'link-refused': 'There is nothing here.',
  'link-expired': 'This link has expired; ask for a new one.',
  'clock-skew': 'This link is not valid yet; the clock of the agent went back.',
  'stale': 'The file has changed since it was catalogued; it is being looked at again.',
};

/** A failure of the media routes by its code. */
export function mediaError(code: ErrorCode): AppError {
  return new AppError(code, mediaSentences[code] ?? 'The file cannot be served.');
}

/**
 * Answers a failure. What is no AppError is a bug: logged with its stack and answered as `internal`. Once bytes have left, the
 * connection is cut instead, so that no client takes half a body for a whole one.
 */
export function sendError(
  req: IncomingMessage,
  res: ServerResponse,
  error: unknown,
  log: Log,
  headers: Headers = {},
): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const failure = error instanceof AppError ? error : undefined;
  if (!failure) log.error({ err: error, method: req.method }, 'request crashed');
  const code = failure?.code ?? 'internal';
  const more: Headers = { [errorCodeHeader]: code, ...headers };
  if (failure?.retryAfterS !== undefined) more['retry-after'] = failure.retryAfterS;
  if (error instanceof RangeRefusal) more['content-range'] = error.contentRange;
  // a body that was not read to its end would be taken for the next request
  if (!req.complete) more.connection = 'close';
  sendJson(
    res,
    failure?.status ?? 500,
    {
      error: failure?.message ?? 'The agent met an unexpected failure; its log says more.',
      code,
      ...(failure?.at === undefined ? {} : { at: failure.at }),
    },
    more,
  );
}
