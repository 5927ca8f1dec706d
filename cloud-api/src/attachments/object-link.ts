/** What the cloud seals into `/o` links: one object of one tenant, its type, for how long. Pure. */
import {
  bucketSeconds,
  judgeLife,
  type Keyring,
  type LinkLife,
  openToken,
  type SameBytes,
  sealToken,
} from '@nucleus/shared/media/sealed-token';
import type { ObjectVariant } from '@nucleus/shared/wire/assets';
import type { ImageFormat } from './check/sniff-image.ts';

export interface ObjectClaim extends LinkLife {
  tenantId: string;
  /** 64 hex. */
  sha256: string;
  format: ImageFormat;
  variant: ObjectVariant;
}

export type LinkVerdict =
  | { verdict: 'valid'; claim: ObjectClaim }
  | { verdict: 'refused' }
  | { verdict: 'expired' }
  | { verdict: 'not-yet-valid' };

/** Order is part of the format: only ever append. */
const formats: readonly ImageFormat[] = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'];

/** As with formats: only ever append. */
const variants: readonly ObjectVariant[] = ['original', 'preview-256', 'preview-1024', 'preview-2048'];

const tenantPrefix = 'ten_';
const tenantBytes = 20;
const hashBytes = 32;
const payloadBytes = tenantBytes + hashBytes + 2 + 4 + 4;
const lifeBuckets = 3;
const maxSpanSeconds = lifeBuckets * bucketSeconds;

/** 10 to 15 minutes, the same within a bucket of five, so that one object has one address for a while. */
export function objectLinkLife(nowSeconds: number): LinkLife {
  const notBefore = Math.floor(nowSeconds / bucketSeconds) * bucketSeconds;
  return { notBefore, expiresAt: notBefore + maxSpanSeconds };
}

export function signObjectLink(claim: ObjectClaim, [key]: Keyring): string {
  const payload = Buffer.alloc(payloadBytes);
  payload.write(claim.tenantId.slice(tenantPrefix.length), 0, tenantBytes, 'latin1');
  payload.write(claim.sha256, tenantBytes, hashBytes, 'hex');
  payload.writeUInt8(formats.indexOf(claim.format), tenantBytes + hashBytes);
  payload.writeUInt8(variants.indexOf(claim.variant), tenantBytes + hashBytes + 1);
  payload.writeUInt32BE(claim.notBefore, payloadBytes - 8);
  payload.writeUInt32BE(claim.expiresAt, payloadBytes - 4);
  return sealToken(payload, key);
}

/** Judges a token as it came; nothing else of a request is read. */
export function verifyObjectLink(
  token: string,
  keyring: Keyring,
  nowSeconds: number,
  sameBytes: SameBytes,
): LinkVerdict {
  const opened = openToken(token, keyring, payloadBytes, sameBytes);
  if (opened === undefined) return { verdict: 'refused' };
  const payload = Buffer.from(opened);
  const format = formats[payload.readUInt8(tenantBytes + hashBytes)];
  const variant = variants[payload.readUInt8(tenantBytes + hashBytes + 1)];
  if (format === undefined || variant === undefined) return { verdict: 'refused' };
  const claim: ObjectClaim = {
    tenantId: tenantPrefix + payload.toString('latin1', 0, tenantBytes),
    sha256: payload.toString('hex', tenantBytes, tenantBytes + hashBytes),
    format,
    variant,
    notBefore: payload.readUInt32BE(payloadBytes - 8),
    expiresAt: payload.readUInt32BE(payloadBytes - 4),
  };
  const verdict = judgeLife(claim, nowSeconds, maxSpanSeconds);
  return verdict === 'valid' ? { verdict, claim } : { verdict };
}
