import type { ErrorPosition } from '@nucleus/shared/failure/app-error';
import type { ErrorCode } from '@nucleus/shared/failure/error-codes';

/** `network`: no answer came; `unreadable`: an answer came that is not what the endpoint promises. */
export type FailureCode = ErrorCode | 'network' | 'unreadable';

/** A call that failed, with the code to act on and a sentence to show. Status 0 means that no answer came. */
export class CallFailure extends Error {
  readonly code: FailureCode;
  readonly status: number;
  readonly at: ErrorPosition | undefined;
  readonly retryAfterS: number | undefined;

  constructor(
    code: FailureCode,
    sentence: string,
    details: {
      status?: number;
      at?: ErrorPosition | undefined;
      retryAfterS?: number | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(sentence, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'CallFailure';
    this.code = code;
    this.status = details.status ?? 0;
    this.at = details.at;
    this.retryAfterS = details.retryAfterS;
  }
}

/** The failure's code, or `unreadable` for anything that is not a failed call. */
export function failureCode(error: unknown): FailureCode {
  return error instanceof CallFailure ? error.code : 'unreadable';
}

/** A sentence to show for whatever was thrown. */
export function failureSentence(error: unknown): string {
  return error instanceof Error ? error.message : 'Something unexpected happened.';
}
