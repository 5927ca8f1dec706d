/**
 * The one place where failures become replies. Nucleus and Scale routes answer exactly `{"error": sentence}`, ours add the code
 * and the place; the code is always in the header. Nothing of the host leaves: no stack, no path, no SQL.
 */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Endpoint } from '@nucleus/shared/wire/endpoint';
import { type ErrorReply, errorCodeHeader } from '@nucleus/shared/wire/error-reply';
import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import { ZodError } from 'zod';
import type { $ZodIssue } from 'zod/v4/core';
import { isUnavailable } from '../database/dialect.ts';

/** Express' last handler. Expected failures are not logged; a crash is, by route and without what the caller sent. */
export function replyWithError(
  log: Logger,
): (error: unknown, request: Request, response: Response, next: NextFunction) => void {
  return (error, request, response, _next) => {
    const failure = toAppError(error);
    if (failure.code === 'internal' || failure.code === 'overloaded') {
      log.error({ ...describeCrash(error), method: request.method, route: routeOf(response) }, 'request failed');
    }
    if (response.headersSent) {
      request.socket.destroy();
      return;
    }
    // What is left of a body that was not read whole would be taken for the next request.
    if (!request.readableEnded && hasBody(request)) response.set('Connection', 'close');
    response.set(errorCodeHeader, failure.code);
    response.set('Cache-Control', 'no-store');
    if (failure.retryAfterS !== undefined) response.set('Retry-After', String(failure.retryAfterS));
    // Only to a client that used Basic: a browser that gets this in a page's fetch would ask for a password by itself.
    if (failure.status === 401 && request.headers.authorization !== undefined)
      response.set('WWW-Authenticate', 'Basic realm="nucleus", charset="UTF-8"');
    response.status(failure.status).json(errorBody(failure, dialectOf(request, response)));
  };
}

function hasBody(request: Request): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

/** What a failure looks like to a caller of one dialect or the other. */
function errorBody(failure: AppError, dialect: Endpoint['dialect']): ErrorReply {
  if (dialect === 'nucleus') return { error: `${failure.message}${placeInQuery(failure)}` };
  return { error: failure.message, code: failure.code, ...(failure.at === undefined ? {} : { at: failure.at }) };
}

/** Clients of Nucleus get one sentence and nothing else, so that it has to say where as well. */
function placeInQuery({ at }: AppError): string {
  if (typeof at !== 'object') return '';
  const [first, last] = [at.start + 1, Math.max(at.start + 1, at.end)];
  return first === last
    ? ` (At character ${first} of the query.)`
    : ` (At characters ${first} to ${last} of the query.)`;
}

/** Gives every failure a code; what is not expected becomes `internal` and says nothing about itself. */
function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof ZodError) return refusedInput(error);
  const type = typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;
  if (type === 'entity.too.large') return new AppError('body-too-large', 'The body is larger than this route takes.');
  if (type === 'encoding.unsupported') {
    return new AppError(
      'unsupported-media-type',
      'The body’s content encoding is not supported: send it plain or as gzip.',
    );
  }
  if (type === 'request.aborted' || type === 'request.size.invalid') {
    return new AppError('invalid-request', 'The body ended before it was complete.');
  }
  if (error instanceof URIError) return new AppError('invalid-request', 'The path is not valid percent-encoded UTF-8.');
  if (isClientFault(error)) return new AppError('invalid-request', 'The request cannot be read.');
  if (isUnavailable(error)) {
    return new AppError('overloaded', 'The database cannot answer right now: try again.', {
      retryAfterS: 2,
      cause: error,
    });
  }
  return new AppError('internal', 'Something failed on the server.', { cause: error });
}

/** One sentence that names the first field that is wrong. */
export function refusedInput(error: ZodError): AppError {
  const issue = innermost(error.issues);
  const field = issue === undefined || issue.path.length === 0 ? 'The request' : issue.path.map(String).join('.');
  const reason = issue === undefined ? 'is not valid' : lowerFirst(issue.message);
  return new AppError('invalid-request', `${field}: ${reason}.`, { at: field });
}

/** Where one of several shapes is wanted, what is wrong with the one that was meant: the one that lacks the least. */
function innermost(issues: readonly $ZodIssue[]): $ZodIssue | undefined {
  const [issue] = issues;
  if (issue?.code !== 'invalid_union') return issue;
  const lacking = (each: readonly $ZodIssue[]) => each.filter(({ message }) => message.endsWith('undefined')).length;
  const [meant] = issue.errors.toSorted((a, b) => lacking(a) - lacking(b) || a.length - b.length);
  const inner = meant === undefined ? undefined : innermost(meant);
  return inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
}

/** body-parser and the router mark what the caller did wrong with a status below 500. */
function isClientFault(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('status' in error)) return false;
  return typeof error.status === 'number' && error.status >= 400 && error.status < 500;
}

function dialectOf(request: Request, response: Response): Endpoint['dialect'] {
  const endpoint = response.locals.endpoint as Endpoint | undefined;
  if (endpoint !== undefined) return endpoint.dialect;
  return request.path.startsWith('/v1/nucleus') ? 'nucleus' : 'own';
}

function routeOf(response: Response): string {
  return (response.locals.endpoint as Endpoint | undefined)?.path ?? 'other';
}

function describeCrash(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { kind: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  // Database drivers quote values in messages; frames hold only our own files.
  return {
    kind: error.name,
    code,
    frames: error.stack
      ?.split('\n')
      .filter((line) => line.startsWith('    at '))
      .slice(0, 8),
  };
}
