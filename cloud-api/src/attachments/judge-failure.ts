/** What a failed attachment is called, for programs and for people, and whether trying again may help. Pure. */
import type { AppError } from '@nucleus/shared/failure/app-error';
import { FetchRefusal } from './fetch/vet-target.ts';

export interface AttachmentFault {
  code:
    | 'fetch_failed'
    | 'fetch_not_found'
    | 'fetch_forbidden'
    | 'fetch_server_error'
    | 'fetch_timeout'
    | 'content_too_large'
    | 'content_not_image'
    | 'processing_failed'
    | 'source_refused'
    | 'file_not_found';
  /** One sentence; nothing of the network behind an address, and never the address itself. */
  message: string;
  /** Whether the same address may do better later. */
  mayPass: boolean;
}

/** What every fetch says that is not a store's own. */
const blandSentence = 'The image could not be fetched.';

/**
 * Judges what bringing in an attachment threw. Every address that may not be reached looks like one that does not answer or has no
 * name: the answer must not tell which hosts exist behind this one.
 */
export function judgeFailure(error: AppError, maxBytes: number): AttachmentFault {
  if (error.code === 'attachment-refused') {
    return fault('content_not_image', 'The address returned something that is not an image that can be read.');
  }
  if (error.status >= 500) return fault('processing_failed', error.message, true);
  if (error.code === 'file-not-found') return fault('file_not_found', error.message);
  const judged = judgeCause(error.cause, maxBytes);
  // A store that the customer's own integration names has said why.
  if (error.message === blandSentence) return judged;
  const mayPass = error.cause !== undefined && judged.mayPass;
  return { code: judged.code === 'fetch_failed' ? 'source_refused' : judged.code, message: error.message, mayPass };
}

function judgeCause(cause: unknown, maxBytes: number): AttachmentFault {
  if (!(cause instanceof FetchRefusal)) return bland(mayPassLater(cause));
  if (cause.status !== undefined) return judgeStatus(cause.status);
  switch (cause.reason) {
    case 'size':
    case 'declared size':
      return fault('content_too_large', `The body is larger than ${Math.floor(maxBytes / 1024 / 1024)} MB.`);
    case 'idle':
    case 'rate':
    case 'time':
    case 'headers timeout':
      return fault('fetch_timeout', 'The whole image did not arrive in time.', true);
    case 'connect':
    case 'connect timeout':
    case 'resolve timeout':
    case 'cut off':
      return bland(true);
    default:
      return bland(false);
  }
}

function judgeStatus(status: number): AttachmentFault {
  if (status === 404 || status === 410) return fault('fetch_not_found', `The address answered ${status}.`);
  if (status === 401 || status === 403) {
    return fault('fetch_forbidden', `The address refused access: it answered ${status}.`);
  }
  const mayPass = status >= 500 || status === 408 || status === 425 || status === 429;
  return fault('fetch_server_error', `The address answered ${status}.`, mayPass);
}

/** A name that does not exist is as final as an address that is refused, and looks the same. */
function mayPassLater(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return code !== 'ENOTFOUND';
}

function bland(mayPass: boolean): AttachmentFault {
  return fault('fetch_failed', blandSentence, mayPass);
}

function fault(code: AttachmentFault['code'], message: string, mayPass = false): AttachmentFault {
  return { code, message, mayPass };
}
