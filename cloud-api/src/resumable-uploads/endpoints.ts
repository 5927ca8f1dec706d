import { resumableEndpoints } from '@nucleus/shared/wire/resumable';
import type { Request, Response } from 'express';
import { assertScope, authenticate } from '../http/authenticate.ts';
import { type Mount, mountEndpoint, mountExchange } from '../http/mount-endpoint.ts';
import { createUpload } from './create-upload.ts';
import { endUpload, getUploadRow } from './find-upload.ts';
import { openTus } from './open-tus.ts';
import { findUploadById } from './queries.ts';
import { readNewUpload, type UploadLimits, uploadViewOf } from './rules.ts';
import { type TakeParts, takeUpload } from './take-upload.ts';

/** Mounts resumable uploads: the tus protocol for bytes, and what became of them. */
export function mountResumableUploads(mount: Mount, parts: TakeParts & { limits: UploadLimits }): void {
  const { db, folder, limits } = parts;
  const afterLastByte = async (id: string): Promise<void> => {
    const row = await findUploadById(db, id);
    if (row !== undefined) await takeUpload(parts, row, mount.clock());
  };
  const tus = openTus(db, folder, parts.publicOrigin, afterLastByte, mount.clock);
  mountExchange(mount, resumableEndpoints.createUpload, async (context, _input, { request, response }) => {
    const upload = readNewUpload(request.headers, limits);
    await tus.answer(request, response, await createUpload(db, parts, context, upload));
  });
  mountExchange(mount, resumableEndpoints.sendUploadPart, async ({ tenantId }, { params }, { request, response }) => {
    await getUploadRow(db, tenantId, params.uploadId);
    await tus.answer(request, response);
  });
  // The offset, which the protocol asks for by HEAD; before GET, which would answer it.
  mount.router.head(resumableEndpoints.getUpload.path, async (request: Request, response: Response) => {
    const caller = await authenticate(mount.gate, request, mount.clock());
    assertScope(caller, 'write');
    await getUploadRow(db, caller.tenantId, String(request.params.uploadId));
    await tus.answer(request, response);
  });
  mountExchange(mount, resumableEndpoints.endUpload, async (context, { params }, { response }) => {
    await endUpload(db, folder, context, params.uploadId);
    response.set('Tus-Resumable', '1.0.0').status(204).end();
  });
  mountEndpoint(mount, resumableEndpoints.getUpload, async ({ tenantId, nowMs }, { params }) => {
    // A kill between the last byte and its taking is made good by whoever asks next.
    await takeUpload(parts, await getUploadRow(db, tenantId, params.uploadId), nowMs);
    return uploadViewOf(await getUploadRow(db, tenantId, params.uploadId));
  });
}
