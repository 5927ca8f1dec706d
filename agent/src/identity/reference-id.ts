import { utf8Bytes } from '@nucleus/shared/ids/ids';

/** HMAC-SHA-256 under the names key, which never leaves. */
export type NamesMac = (...parts: readonly Uint8Array[]) => Uint8Array;

const maxBytes = 900;
const hexChars = 32;

/**
 * Reference id of a path under `names: relative-path` (contract 1): the path itself where it is valid UTF-8 without control characters
 * and does not begin with `~`; else its bytes percent-encoded behind `~b/`; a long one as 32 hex of its HMAC behind `~l/`.
 * Never normalised: two paths never share an id.
 */
export function relativePathReference(path: Uint8Array, mac: NamesMac): string {
  const plain = plainText(path);
  if (plain !== undefined && path.length <= maxBytes) return plain;
  const encoded = `~b/${percentEncode(path)}`;
  if (path.length <= maxBytes && encoded.length <= maxBytes) return encoded;
  return `~l/${hex(mac(path))}`;
}

/** The `n`th pseudonym of a path (contract 1): `p_` and 32 hex of HMAC(alias 0x00 path 0x00 n). `n` counts from 1. */
export function pseudonymReference(alias: string, path: Uint8Array, n: number, mac: NamesMac): string {
  const zero = Uint8Array.of(0);
  const text = new TextEncoder();
  return `p_${hex(mac(text.encode(alias), zero, path, zero, text.encode(String(n))))}`;
}

/**
 * The first free reference id of a path: pseudonyms count on, relative paths get `~2`, `~3` …
 * @param isTaken whether a live item or an unexpired tombstone of the source has this id.
 */
export function freeReference(
  names: 'relative-path' | 'pseudonym',
  alias: string,
  path: Uint8Array,
  mac: NamesMac,
  isTaken: (referenceId: string) => boolean,
): string {
  const base = names === 'relative-path' ? relativePathReference(path, mac) : '';
  for (let n = 1; ; n++) {
    const candidate =
      names === 'pseudonym' ? pseudonymReference(alias, path, n, mac) : n === 1 ? base : `${base}~${n}`;
    if (utf8Bytes(candidate) <= 1024 && !isTaken(candidate)) return candidate;
  }
}

function plainText(path: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(path);
    return /\p{Cc}/u.test(text) || text.startsWith('~') || text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}

function percentEncode(path: Uint8Array): string {
  return Array.from(path, (byte) => {
    const char = String.fromCharCode(byte);
    return /[A-Za-z0-9._/-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

function hex(mac: Uint8Array): string {
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join('').slice(0, hexChars);
}
