import { utf8Bytes } from '@nucleus/shared/ids/ids';

const maxBytes = 1024;

const strictUtf8 = () => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
let strict = strictUtf8();
/** Nothing to escape, and a byte each. */
const plain = /^[ -~]*$/;

/**
 * A path as people may read it: invalid UTF-8 and control or bidirectional characters as `\xNN`, at most 1,024 bytes, cut in the
 * middle. For showing only; never opened.
 */
export function displayPath(path: Uint8Array): string {
  if (path.length <= maxBytes) {
    const text = Buffer.from(path.buffer, path.byteOffset, path.byteLength).toString('latin1');
    if (plain.test(text)) return text;
  }
  const escaped = escapeBytes(path);
  if (utf8Bytes(escaped) <= maxBytes) return escaped;
  const half = (maxBytes - 3) / 2;
  return `${takeBytes(escaped, half)}…${takeBytesFromEnd(escaped, half)}`;
}

function escapeBytes(path: Uint8Array): string {
  let text: string;
  try {
    text = strict.decode(path);
  } catch {
    strict = strictUtf8();
    text = Array.from(path, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : hex(byte))).join('');
  }
  return text.replace(/[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (char) =>
    Array.from(new TextEncoder().encode(char), hex).join(''),
  );
}

const hex = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`;

function takeBytes(text: string, bytes: number): string {
  let taken = '';
  let used = 0;
  for (const char of text) {
    used += utf8Bytes(char);
    if (used > bytes) break;
    taken += char;
  }
  return taken;
}

function takeBytesFromEnd(text: string, bytes: number): string {
  return Array.from(takeBytes(Array.from(text).toReversed().join(''), bytes))
    .toReversed()
    .join('');
}
