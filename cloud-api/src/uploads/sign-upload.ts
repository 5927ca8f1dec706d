/** What the cloud seals into an upload's `/o` link: one place of one tenant, until when. Pure. */
import { timingSafeEqual } from 'node:crypto';
import { AppError } from '@nucleus/shared/failure/app-error';
import { type Keyring, openToken, sealToken } from '@nucleus/shared/media/sealed-token';
import { RequestId } from '@nucleus/shared/wire/dataset';
import type { UploadPlace } from './upload-store.ts';

const openForSeconds = 60 * 60;

// Tokens have one length: ids without their prefix, the request id filled up with NUL, the end as seconds since 1970.
const tenantPrefix = 'ten_';
const datasetPrefix = 'ds_';
const idBytes = 20;
const requestBytes = 64;
const payloadBytes = 2 * idBytes + requestBytes + 4;

/**
 * Token that takes one file for `place`, which exists, within 60 minutes.
 * @throws AppError `invalid-request` for a request id that cannot name a file
 */
export function signUpload([key]: Keyring, place: UploadPlace, nowMs: number): string {
  if (!RequestId.safeParse(place.requestId).success) {
    throw new AppError('invalid-request', 'requestId: must be 1 to 64 letters, digits, hyphens or underscores.');
  }
  const payload = Buffer.alloc(payloadBytes);
  payload.write(place.tenantId.slice(tenantPrefix.length), 0, idBytes, 'latin1');
  payload.write(place.datasetId.slice(datasetPrefix.length), idBytes, idBytes, 'latin1');
  payload.write(place.requestId, 2 * idBytes, requestBytes, 'latin1');
  payload.writeUInt32BE(Math.floor(nowMs / 1000) + openForSeconds, payloadBytes - 4);
  return sealToken(payload, key);
}

/**
 * What a token takes a file for; nothing else of a request is read.
 * @throws AppError `link-refused` for one that this store did not make or that opens something else, `link-expired`
 */
export function readUploadToken(keyring: Keyring, token: string, nowMs: number): UploadPlace {
  const opened = openToken(token, keyring, payloadBytes, timingSafeEqual);
  if (opened === undefined) throw new AppError('link-refused', 'This link is not valid.');
  const payload = Buffer.from(opened);
  if (nowMs >= payload.readUInt32BE(payloadBytes - 4) * 1000) {
    throw new AppError('link-expired', 'This link has expired: ask for a new one.');
  }
  const text = (from: number, bytes: number) => payload.toString('latin1', from, from + bytes);
  return {
    tenantId: tenantPrefix + text(0, idBytes),
    datasetId: datasetPrefix + text(idBytes, idBytes),
    requestId: text(2 * idBytes, requestBytes).replace(/\0+$/, ''),
  };
}
