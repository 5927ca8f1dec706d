import { AppError } from '@nucleus/shared/failure/app-error';
import type { Keyring } from '@nucleus/shared/media/sealed-token';
import { mostUploadBytes, uploadEndpoints } from '@nucleus/shared/wire/uploads';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { type Mount, mountEndpoint, mountOpen } from '../http/mount-endpoint.ts';
import { readUploadToken, signUpload } from './sign-upload.ts';
import { takeUpload } from './take-upload.ts';
import type { UploadStore } from './upload-store.ts';

/** Mounts the first half of wire contract 4.3: an address for a file, and the file. */
export function mountUploads(
  mount: Mount,
  db: Kysely<Tables>,
  parts: { uploads: UploadStore; keyring: Keyring; publicUrl: URL },
): void {
  mountEndpoint(mount, uploadEndpoints.signUpload, async ({ tenantId, nowMs }, { params }) => {
    await getDataset(db, tenantId, params.datasetId);
    const token = signUpload(parts.keyring, { tenantId, ...params }, nowMs);
    return { signed_url: `${parts.publicUrl.origin}/o/${token}` };
  });
  mountOpen(mount, uploadEndpoints.putUpload, async ({ request, nowMs }, { params }) => {
    const place = readUploadToken(parts.keyring, params.token, nowMs);
    if (Number(request.headers['content-length'] ?? 0) > mostUploadBytes) {
      throw new AppError('body-too-large', `An upload holds at most ${mostUploadBytes} bytes.`);
    }
    return takeUpload(db, parts.uploads, place, request);
  });
}
