/**
 * Reads JSON bodies the way Nucleus clients send them: on DELETE too, empty where `{}` is meant, compressed or not.
 */
import { AppError } from '@nucleus/shared/failure/app-error';
import express, { type Request, type Response } from 'express';
import { parseJsonInTurns } from './parse-in-turns.ts';
import { withoutSpareNumbers } from './spare-numbers.ts';

/** Largest body of a route that takes items, and of every other route; bytes after inflating. */
export const largeBodyBytes = 64 * 1024 * 1024;
export const smallBodyBytes = 1024 * 1024;

/**
 * A parser for bodies of up to `limit` bytes; make it once per route.
 * @param sparesNumbers whether `NaN` and `Infinity` are read as null, where rows are checked one by one and the good ones are taken
 */
export function bodyReader(
  limit: number,
  { sparesNumbers = false } = {},
): (request: Request, response: Response) => Promise<unknown> {
  const readRaw = express.raw({ type: () => true, limit, inflate: true });
  return async (request, response) => {
    assertIsJson(request);
    countBody(request, response, limit);
    await new Promise<void>((resolve, reject) => {
      readRaw(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
    });
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    if (!sparesNumbers) return parseJsonInTurns(body);
    return parseJsonInTurns(body).catch((error: unknown) => {
      const isOther = !(error instanceof AppError && error.code === 'invalid-json');
      const spared = isOther ? undefined : withoutSpareNumbers(body);
      if (spared === undefined) throw error;
      return parseJsonInTurns(spared);
    });
  };
}

/** What a proven caller's large bodies are counted by, in the locals of its response. */
export interface BodyLocals {
  holdBody?: (bytes: number) => () => void;
}

/** One whose size nobody knows before it is read counts as the largest. @throws AppError `overloaded` */
function countBody({ headers }: Request, response: Response, limit: number): void {
  const said = headers['content-encoding'] === undefined ? Number(headers['content-length'] ?? Number.NaN) : Number.NaN;
  const isThere = headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;
  const letGo = isThere ? (response.locals as BodyLocals).holdBody?.(said <= limit ? said : limit) : undefined;
  if (letGo === undefined) return;
  if (response.closed) letGo();
  else response.once('close', letGo);
}

/** Text is taken for JSON, because that is what `fetch` calls a body by itself; and some clients say nothing. */
const readableType = /^(application\/([^;\s]+\+)?json|text\/plain)\s*(;|$)/i;

/** @throws AppError `unsupported-media-type` for a body that says it is something else */
function assertIsJson({ headers }: Request): void {
  const isThere = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  const type = headers['content-type'];
  if (!isThere || type === undefined || readableType.test(type)) return;
  throw new AppError('unsupported-media-type', 'Send the body as application/json.');
}
