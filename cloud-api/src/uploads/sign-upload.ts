import { AppError } from '@nucleus/shared/failure/app-error';
import { RequestId } from '@nucleus/shared/wire/dataset';
import { type LinkKey, readToken, signToken } from '../links/signed-token.ts';
import type { UploadPlace } from './upload-store.ts';

const openForMs = 60 * 60 * 1000;

/**
 * Token that takes one file for `place` within 60 minutes.
 * @throws AppError `invalid-request` for a request id that cannot name a file
 */
export function signUpload(key: LinkKey, place: UploadPlace, nowMs: number): string {
  if (!RequestId.safeParse(place.requestId).success) {
    throw new AppError('invalid-request', 'requestId: must be 1 to 64 letters, digits, hyphens or underscores.');
  }
  return signToken(key, {
    purpose: 'put-upload',
    tenantId: place.tenantId,
    parts: [place.datasetId, place.requestId],
    expiresAt: nowMs + openForMs,
  });
}

/** @throws AppError `link-refused`, `link-expired` */
export function readUploadToken(key: LinkKey, token: string, nowMs: number): UploadPlace {
  const { tenantId, parts } = readToken(key, 'put-upload', token, nowMs);
  const [datasetId = '', requestId = ''] = parts;
  return { tenantId, datasetId, requestId };
}
