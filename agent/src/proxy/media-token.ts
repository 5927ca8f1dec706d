/** What the agent seals into its media links (contract 6): one item, one generation, one variant, one session. Pure. */
import {
  bucketSeconds,
  judgeLife,
  type Keyring,
  openToken,
  type SameBytes,
  type SigningKey,
  sealToken,
} from '@nucleus/shared/media/sealed-token';

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

export type TokenVerdict =
  | { verdict: 'valid'; claim: MediaClaim }
  /** Not made here, or changed on the way. */
  | { verdict: 'refused' }
  | { verdict: 'expired' }
  /** Genuine, but from the future: the clock of this host went back. */
  | { verdict: 'not-yet-valid' };

const payloadBytes = 49;

/** Longest minutes a link may be asked for. */
export const maxLinkMinutes = 60;
/** Whatever a payload says, no link may span more: the longest life, its rounding up, and the buckets before its making. */
export const maxSpanSeconds = maxLinkMinutes * 60 + 3 * bucketSeconds;

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
export function signToken(claim: MediaClaim, key: SigningKey): string {
  const payload = Buffer.alloc(payloadBytes);
  payload.writeUInt32BE(claim.sourceNo, 0);
  payload.set(claim.itemKey, 4);
  payload.writeUInt32BE(claim.generation, 20);
  payload.writeUInt8(claim.variant, 24);
  payload.writeUInt32BE(claim.notBefore, 25);
  payload.writeUInt32BE(claim.expiresAt, 29);
  payload.set(claim.sessionId, 33);
  return sealToken(payload, key);
}

/** Judges a token as it came. Session, item and generation are the caller's to look up. */
export function verifyToken(token: string, keyring: Keyring, nowSeconds: number, sameBytes: SameBytes): TokenVerdict {
  const payload = openToken(token, keyring, payloadBytes, sameBytes);
  if (!payload) return { verdict: 'refused' };
  const claim = parsePayload(Buffer.from(payload));
  const verdict = judgeLife(claim, nowSeconds, maxSpanSeconds);
  return verdict === 'valid' ? { verdict, claim } : { verdict };
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
