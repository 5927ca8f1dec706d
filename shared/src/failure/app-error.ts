import { type ErrorCode, errorCodes } from './error-codes.ts';

/** Where in a request or a file something is wrong: a field path, or a range of characters. */
export type ErrorPosition = string | { start: number; end: number };

/**
 * A failure with a code. The message is one sentence for a person: what happened, where, and what to do.
 * `at` points into the caller's own input; nothing secret and nothing of the host belongs in either.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly at: ErrorPosition | undefined;
  /** Seconds after which trying again makes sense; becomes `Retry-After`. */
  readonly retryAfterS: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { at?: ErrorPosition; retryAfterS?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.at = options.at;
    this.retryAfterS = options.retryAfterS;
  }

  /** HTTP status of this failure. */
  get status(): number {
    return errorCodes[this.code].status;
  }

  /** Exit code of a command that ends with this failure. */
  get exit(): number {
    return errorCodes[this.code].exit;
  }
}
