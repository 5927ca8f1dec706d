/** What the cloud seals into a link to a job's result: one file of one job of one tenant, for how long. Pure. */
import {
  bucketSeconds,
  judgeLife,
  type Keyring,
  openToken,
  type SameBytes,
  sealToken,
} from '@nucleus/shared/media/sealed-token';
import { type ResultFormat, resultFormats } from './rules.ts';

/** A file that a job has made. */
export interface ResultFile {
  tenantId: string;
  jobId: string;
  /** Counted from 0. */
  part: number;
  format: ResultFormat;
}

export type ResultVerdict =
  | { verdict: 'valid'; file: ResultFile; expiresAt: number }
  | { verdict: 'refused' }
  | { verdict: 'expired' }
  | { verdict: 'not-yet-valid' };

const tenantPrefix = 'ten_';
const jobPrefix = 'job_';
const idBytes = 20;
const payloadBytes = 2 * idBytes + 2 + 1 + 4 + 4;
const lifeBuckets = 3;
const maxSpanSeconds = lifeBuckets * bucketSeconds;

/** A token that opens `file` for 10 to 15 minutes. */
export function signResultLink(file: ResultFile, [key]: Keyring, nowMs: number): string {
  const notBefore = Math.floor(nowMs / 1000 / bucketSeconds) * bucketSeconds;
  const payload = Buffer.alloc(payloadBytes);
  payload.write(file.tenantId.slice(tenantPrefix.length), 0, idBytes, 'latin1');
  payload.write(file.jobId.slice(jobPrefix.length), idBytes, idBytes, 'latin1');
  payload.writeUInt16BE(file.part, 2 * idBytes);
  payload.writeUInt8(resultFormats.indexOf(file.format), 2 * idBytes + 2);
  payload.writeUInt32BE(notBefore, payloadBytes - 8);
  payload.writeUInt32BE(notBefore + maxSpanSeconds, payloadBytes - 4);
  return sealToken(payload, key);
}

/** Judges a token as it came; nothing else of a request is read. */
export function verifyResultLink(token: string, keyring: Keyring, nowMs: number, sameBytes: SameBytes): ResultVerdict {
  const opened = openToken(token, keyring, payloadBytes, sameBytes);
  if (opened === undefined) return { verdict: 'refused' };
  const payload = Buffer.from(opened);
  const format = resultFormats[payload.readUInt8(2 * idBytes + 2)];
  if (format === undefined) return { verdict: 'refused' };
  const life = { notBefore: payload.readUInt32BE(payloadBytes - 8), expiresAt: payload.readUInt32BE(payloadBytes - 4) };
  const verdict = judgeLife(life, Math.floor(nowMs / 1000), maxSpanSeconds);
  if (verdict !== 'valid') return { verdict };
  const id = (from: number) => payload.toString('latin1', from, from + idBytes);
  const file = {
    tenantId: tenantPrefix + id(0),
    jobId: jobPrefix + id(idBytes),
    part: payload.readUInt16BE(2 * idBytes),
    format,
  };
  return { verdict, file, expiresAt: life.expiresAt };
}
