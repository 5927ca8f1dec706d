/**
 * Signed links: `1.<key id>.<payload>.<mac>`, each part base64url without padding. What a link opens is sealed into the payload and
 * nothing else of the request is read. Pure: the MAC, the comparison and the clock are arguments. A token is verified over the
 * very characters received, and its payload is read only after that.
 */
import { readBase64url, spellBase64url } from './base64url.ts';

/** One signing key: its public name and the function that signs with it. */
export interface SigningKey {
  /** 8 characters of base64url. */
  id: string;
  /** HMAC-SHA-256, 32 bytes. */
  mac(text: string): Uint8Array;
}

/** Keys that open links: the first one signs, the ones after it still verify. */
export type Keyring = readonly [SigningKey, ...SigningKey[]];

/** Compares two byte strings of one length in constant time. */
export type SameBytes = (a: Uint8Array, b: Uint8Array) => boolean;

/** Seconds since 1970. */
export interface LinkLife {
  notBefore: number;
  expiresAt: number;
}

const version = '1';
const macBytes = 32;

/** Links live in steps, so that the same page asks for the same addresses and the browser's cache answers. */
export const bucketSeconds = 300;

/** Spells a payload as a token. */
export function sealToken(payload: Uint8Array, key: SigningKey): string {
  const signed = `${version}.${key.id}.${spellBase64url(payload)}`;
  return `${signed}.${spellBase64url(key.mac(signed))}`;
}

/** The payload of a token that one of the keys has sealed; undefined for every other text. It is read after that alone. */
export function openToken(
  token: string,
  keyring: Keyring,
  payloadBytes: number,
  sameBytes: SameBytes,
): Uint8Array | undefined {
  // Longer ones are not worth splitting: version, id, payload and mac have fixed lengths.
  if (token.length > 2 + 8 + 1 + Math.ceil((payloadBytes * 8) / 6) + 1 + 43) return undefined;
  const parts = token.split('.');
  const [spelledVersion, keyId, spelledPayload, spelledMac] = parts;
  if (parts.length !== 4 || spelledVersion !== version || spelledPayload === undefined || spelledMac === undefined) {
    return undefined;
  }
  const key = keyring.find((candidate) => candidate.id === keyId);
  const mac = readBase64url(spelledMac, macBytes);
  if (!key || !mac) return undefined;
  if (!sameBytes(mac, key.mac(token.slice(0, token.length - spelledMac.length - 1)))) return undefined;
  return readBase64url(spelledPayload, payloadBytes);
}

/** Whether a genuine link opens now; `refused` when it claims to span more than `maxSpanSeconds`. */
export function judgeLife(
  life: LinkLife,
  nowSeconds: number,
  maxSpanSeconds: number,
): 'valid' | 'refused' | 'expired' | 'not-yet-valid' {
  const span = life.expiresAt - life.notBefore;
  if (span <= 0 || span > maxSpanSeconds) return 'refused';
  if (nowSeconds >= life.expiresAt) return 'expired';
  return nowSeconds < life.notBefore ? 'not-yet-valid' : 'valid';
}
