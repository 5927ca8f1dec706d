/**
 * Signed media links: what a link opens is sealed into it, nothing else of the request is read (contract 6). Pure: the MAC, the
 * comparison and the clock are arguments. A token is verified over the very bytes received and parsed only after that.
 */

/** What a link opens, for how long and by whose session. Times are seconds since 1970. */
export interface MediaClaim {
  sourceNo: number;
  /** Random key of the local row, 16 bytes. */
  itemKey: Buffer;
  generation: number;
  /** Index into the list of variants. */
  variant: number;
  notBefore: number;
  expiresAt: number;
  /** 16 bytes; zero when the command line made the link. */
  sessionId: Uint8Array;
}

/** One signing key: its public name and the function that signs with it. */
export interface MediaKey {
  /** 8 characters of base64url. */
  id: string;
  /** HMAC-SHA-256, 32 bytes. */
  mac(text: string): Buffer;
}

/** Keys that open links: the first one signs, the ones after it still verify. Two at most live at a time. */
export type MediaKeyring = readonly [MediaKey, ...MediaKey[]];

export type TokenVerdict =
  | { verdict: 'valid'; claim: MediaClaim }
  /** Not made here, or changed on the way. */
  | { verdict: 'refused' }
  | { verdict: 'expired' }
  /** Genuine, but from the future: the clock of this host went back. */
  | { verdict: 'not-yet-valid' };

export type SameBytes = (a: Uint8Array, b: Uint8Array) => boolean;

const version = '1';
const payloadBytes = 49;
const macBytes = 32;
/** `1.` + key id + `.` + payload + `.` + mac */
const tokenLength = 2 + 8 + 1 + 66 + 1 + 43;

/** Links live in steps, so that the same page asks for the same addresses and the browser's cache answers. */
export const bucketSeconds = 300;
/** Longest minutes a link may be asked for. */
export const maxLinkMinutes = 60;
/** Whatever a payload says, no link may span more: the longest life, its rounding up, and the buckets before its making. */
const maxSpanSeconds = maxLinkMinutes * 60 + 3 * bucketSeconds;

/** 16 zero bytes: the session of links that the command line makes. */
export const commandLineSession: Uint8Array = new Uint8Array(16);

/** The times of a link made now: the same within a bucket of 300 s; 5 to 10 minutes of life. */
export function linkTimes(nowSeconds: number): { notBefore: number; expiresAt: number } {
  const expiresAt = (Math.floor(nowSeconds / bucketSeconds) + 2) * bucketSeconds;
  return { notBefore: expiresAt - 3 * bucketSeconds, expiresAt };
}

/** The times of a link that must live at least `minutes`; rounded up to a bucket. */
export function linkTimesFor(nowSeconds: number, minutes: number): { notBefore: number; expiresAt: number } {
  const expiresAt = Math.ceil((nowSeconds + minutes * 60) / bucketSeconds) * bucketSeconds;
  return { notBefore: linkTimes(nowSeconds).notBefore, expiresAt };
}

/** Spells a claim as a token. */
export function signToken(claim: MediaClaim, key: MediaKey): string {
  const payload = Buffer.alloc(payloadBytes);
  payload.writeUInt32BE(claim.sourceNo, 0);
  payload.set(claim.itemKey, 4);
  payload.writeUInt32BE(claim.generation, 20);
  payload.writeUInt8(claim.variant, 24);
  payload.writeUInt32BE(claim.notBefore, 25);
  payload.writeUInt32BE(claim.expiresAt, 29);
  payload.set(claim.sessionId, 33);
  const signed = `${version}.${key.id}.${payload.toString('base64url')}`;
  return `${signed}.${key.mac(signed).toString('base64url')}`;
}

/** Judges a token as it came. Session, item and generation are the caller's to look up. */
export function verifyToken(
  token: string,
  keyring: MediaKeyring,
  nowSeconds: number,
  sameBytes: SameBytes,
): TokenVerdict {
  if (token.length !== tokenLength) return { verdict: 'refused' };
  const parts = token.split('.');
  const [spelledVersion, keyId, spelledPayload, spelledMac] = parts;
  if (parts.length !== 4 || spelledVersion !== version || spelledPayload === undefined || spelledMac === undefined) {
    return { verdict: 'refused' };
  }
  const key = keyring.find((candidate) => candidate.id === keyId);
  const mac = decodeExactly(spelledMac, macBytes);
  if (!key || !mac) return { verdict: 'refused' };
  if (!sameBytes(mac, key.mac(token.slice(0, token.length - spelledMac.length - 1)))) return { verdict: 'refused' };
  const payload = decodeExactly(spelledPayload, payloadBytes);
  return payload ? judgeTimes(parsePayload(payload), nowSeconds) : { verdict: 'refused' };
}

function judgeTimes(claim: MediaClaim, nowSeconds: number): TokenVerdict {
  const span = claim.expiresAt - claim.notBefore;
  if (span <= 0 || span > maxSpanSeconds) return { verdict: 'refused' };
  if (nowSeconds >= claim.expiresAt) return { verdict: 'expired' };
  if (nowSeconds < claim.notBefore) return { verdict: 'not-yet-valid' };
  return { verdict: 'valid', claim };
}

/**
 * Bytes of a base64url text, or undefined when it is not the one way of spelling them. Without the comparison the spare bits of the
 * last character could be changed and the token would still verify.
 */
function decodeExactly(text: string, bytes: number): Buffer | undefined {
  const decoded = Buffer.from(text, 'base64url');
  return decoded.length === bytes && decoded.toString('base64url') === text ? decoded : undefined;
}

function parsePayload(payload: Buffer): MediaClaim {
  return {
    sourceNo: payload.readUInt32BE(0),
    itemKey: payload.subarray(4, 20),
    generation: payload.readUInt32BE(20),
    variant: payload.readUInt8(24),
    notBefore: payload.readUInt32BE(25),
    expiresAt: payload.readUInt32BE(29),
    sessionId: payload.subarray(33, 49),
  };
}
