/** base64url without padding, for signed texts: one way of spelling each byte string and no other. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** By character code; -1 is no character of the alphabet. */
const values = new Int8Array(128).fill(-1);
for (let value = 0; value < alphabet.length; value++) values[alphabet.charCodeAt(value)] = value;

export function spellBase64url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (let place = 0; place < Math.min(4, left + 1); place++) text += alphabet[(group >> (18 - 6 * place)) & 63];
  }
  return text;
}

/**
 * Bytes of a text, or undefined when it is not the one way of spelling `length` bytes. Spare bits of the last character must be
 * zero: else they could be changed and what is signed would still verify.
 */
export function readBase64url(text: string, length: number): Uint8Array | undefined {
  if (text.length !== Math.ceil((length * 8) / 6)) return undefined;
  const bytes = new Uint8Array(length);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const value = values[text.charCodeAt(i)] ?? -1;
    if (value < 0) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = (bits >> held) & 255;
  }
  return (bits & ((1 << held) - 1)) === 0 ? bytes : undefined;
}
