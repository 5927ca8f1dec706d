/**
 * Tokens that stand in for a credential: `1.<key id>.<payload>.<mac>`, base64url without padding. The MAC is over the characters
 * before it and is checked before anything is parsed; what the token opens stands in its payload alone.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '@nucleus/shared/failure/app-error';

export interface LinkKey {
  /** First 8 hex of SHA-256 of the secret. */
  keyId: string;
  secret: Uint8Array;
}

/** What a token opens: a purpose, so that a link of one kind is no link of another, and texts that say which object. */
export interface LinkPayload {
  purpose: 'put-upload' | 'get-result';
  tenantId: string;
  parts: readonly string[];
  /** Milliseconds since 1970. */
  expiresAt: number;
}

export function toLinkKey(secret: Uint8Array): LinkKey {
  return { keyId: createHash('sha256').update(secret).digest('hex').slice(0, 8), secret };
}

export function signToken(key: LinkKey, payload: LinkPayload): string {
  const { purpose, tenantId, parts, expiresAt } = payload;
  const text = Buffer.from(JSON.stringify([purpose, tenantId, parts, expiresAt])).toString('base64url');
  const signed = `1.${key.keyId}.${text}`;
  return `${signed}.${macOf(key, signed).toString('base64url')}`;
}

/**
 * The payload of a token of `purpose`.
 * @throws AppError `link-refused` for one that this store did not make or that opens something else, `link-expired`
 */
export function readToken(key: LinkKey, purpose: LinkPayload['purpose'], token: string, nowMs: number): LinkPayload {
  const refused = () => new AppError('link-refused', 'This link is not valid.');
  const at = token.lastIndexOf('.');
  const signed = token.slice(0, at);
  const mac = Buffer.from(token.slice(at + 1), 'base64url');
  const expected = macOf(key, signed);
  // Spare bits of a last character would verify under another spelling.
  if (at < 0 || mac.toString('base64url') !== token.slice(at + 1)) throw refused();
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) throw refused();
  const [version, keyId, text] = signed.split('.');
  if (version !== '1' || keyId !== key.keyId || text === undefined) throw refused();
  const [given, tenantId, parts, expiresAt] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as [
    LinkPayload['purpose'],
    string,
    string[],
    number,
  ];
  if (given !== purpose) throw refused();
  if (nowMs >= expiresAt) throw new AppError('link-expired', 'This link has expired: ask for a new one.');
  return { purpose: given, tenantId, parts, expiresAt };
}

function macOf(key: LinkKey, signed: string): Buffer {
  return createHmac('sha256', key.secret).update(signed, 'utf8').digest();
}
