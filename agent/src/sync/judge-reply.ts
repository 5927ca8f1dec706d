/** What an answer of the cloud means for the sender. Pure. */
import { AppError } from '@nucleus/shared/failure/app-error';
import { type ErrorCode, errorCodes } from '@nucleus/shared/failure/error-codes';
import type { z } from 'zod';
import type { GateReply } from './cloud-gate.ts';

/** No answer makes the agent wait longer than this. */
const maxRetryAfterS = 3600;

/** Codes of the cloud that the agent acts on by name; others are told apart by status. */
const named = [
  'superseded',
  'epoch-changed',
  'dataset-gone',
  'agent-not-found',
  'agent-not-approved',
  'upgrade-required',
] as const;

/**
 * The body of a good answer.
 * @throws AppError: `body-too-large` (split), `invalid-request` (bisect), `unauthenticated` or `forbidden` (pause), `superseded`, `dataset-gone`
 *   (stop the source), `epoch-changed` (converge), `agent-not-found` (register again), `upgrade-required` (stop), and for everything that
 *   may pass `overloaded` or `cloud-refused`, with `retryAfterS` when the cloud said it.
 */
export function judgeReply<T>(reply: GateReply, schema: z.ZodType<T>, nowMs: number): T {
  if (reply.status === 200) {
    const parsed = schema.safeParse(parseQuietly(reply.body));
    if (parsed.success) return parsed.data;
    throw new AppError(
      'cloud-refused',
      'The cloud’s address answered with something that is not the cloud (a captive portal or proxy?).',
    );
  }
  const retryAfterS = parseRetryAfter(reply.retryAfter, nowMs);
  const options = retryAfterS === undefined ? {} : { retryAfterS };
  const code = codeOf(reply);
  throw new AppError(
    code,
    `The cloud answered ${reply.status}${reply.code && isCode(reply.code) ? ` (${reply.code})` : ''}.`,
    options,
  );
}

function codeOf({ status, code }: GateReply): ErrorCode {
  const known = named.find((name) => name === code && errorCodes[name].status === status);
  if (known) return known;
  switch (status) {
    case 400:
    case 422:
      return 'invalid-request';
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 413:
      return 'body-too-large';
    case 426:
      return 'upgrade-required';
    case 408:
    case 429:
    case 503:
      return 'overloaded';
    default:
      return 'cloud-refused';
  }
}

/** `Retry-After` in seconds, from its number or its date; at most an hour, never negative. Undefined when absent or unreadable. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - nowMs) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.min(maxRetryAfterS, Math.max(0, seconds));
}

const isCode = (code: string): boolean => Object.hasOwn(errorCodes, code);

function parseQuietly(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
