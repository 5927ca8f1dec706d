import { AppError } from '@nucleus/shared/failure/app-error';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
const strictPiece = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
// Only an escape can smuggle NUL or half a surrogate pair past the UTF-8 decoder.
const suspectEscape = /\\u(?:0000|d[89a-f])/i;

/**
 * JSON of a body; `{}` for an empty one.
 * @throws AppError `invalid-json` when it is no UTF-8 or no JSON, `invalid-request` when a text holds NUL or half a
 * surrogate pair, which neither database could give back as it was sent.
 */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return {};
  const text = decode(strictUtf8, bytes);
  return text.trim() === '' ? {} : parseText(text);
}

/**
 * JSON of a part of a body, or of members of a list with commas between them.
 * @throws what {@link parseJson} throws, for an empty part too
 */
export function parsePiece(bytes: Uint8Array, areMembers = false): unknown {
  const text = decode(strictPiece, bytes);
  return parseText(areMembers ? `[${text}]` : text);
}

function decode(decoder: typeof strictUtf8, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new AppError('invalid-json', 'The body is not valid UTF-8.', { cause });
  }
}

function parseText(text: string): unknown {
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
