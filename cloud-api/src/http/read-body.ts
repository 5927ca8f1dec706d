/**
 * Reads JSON bodies the way Nucleus clients send them: on DELETE too, empty where `{}` is meant, compressed or not.
 */
import { AppError } from '@nucleus/shared/failure/app-error';
import express, { type Request, type Response } from 'express';

/** Largest body of a route that takes items, and of every other route; bytes after inflating. */
export const largeBodyBytes = 64 * 1024 * 1024;
export const smallBodyBytes = 1024 * 1024;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
// Only an escape can smuggle NUL or half a surrogate pair past the UTF-8 decoder.
const suspectEscape = /\\u(?:0000|d[89a-f])/i;

/** A parser for bodies of up to `limit` bytes; make it once per route. */
export function bodyReader(limit: number): (request: Request, response: Response) => Promise<unknown> {
  const readRaw = express.raw({ type: () => true, limit, inflate: true });
  return async (request, response) => {
    await new Promise<void>((resolve, reject) => {
      readRaw(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
    });
    return parseJson(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
  };
}

/**
 * JSON of a body; `{}` for an empty one.
 * @throws AppError `invalid-json` when it is no UTF-8 or no JSON, `invalid-request` when a text holds NUL or half a
 * surrogate pair, which neither database could give back as it was sent.
 */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return {};
  let text: string;
  try {
    text = strictUtf8.decode(bytes);
  } catch (cause) {
    throw new AppError('invalid-json', 'The body is not valid UTF-8.', { cause });
  }
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError('invalid-json', 'The body is not valid JSON.', { cause });
  }
  if (suspectEscape.test(text)) assertWellFormed(value);
  return value;
}

/** @throws AppError `invalid-request` when a text anywhere in `value` holds NUL or a lone surrogate. */
function assertWellFormed(value: unknown): void {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === 'string' && (next.includes('\0') || !next.isWellFormed())) {
      throw new AppError('invalid-request', 'The body holds a text with NUL or a lone surrogate.');
    }
    if (Array.isArray(next)) for (const member of next) open.push(member);
    else if (typeof next === 'object' && next !== null) {
      for (const [key, member] of Object.entries(next)) open.push(key, member);
    }
  }
}
