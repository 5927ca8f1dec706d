import { fileEndpoints } from '@nucleus/shared/wire/files';
import { type Mount, mountEndpoint, mountExchange } from '../http/mount-endpoint.ts';
import { type FileParts, importFile, uploadFile } from './keep-file.ts';
import { listFiles } from './read-files.ts';

/** Mounts Scale Files. None of the routes answers a file's bytes: they are read as attachments alone. */
export function mountFiles(mount: Mount, parts: FileParts): void {
  mountExchange(mount, fileEndpoints.uploadFile, (context, _input, { request }) => uploadFile(parts, context, request));
  mountEndpoint(mount, fileEndpoints.importFile, (context, { body: { file_url, ...given } }) =>
    importFile(parts, context, { url: file_url, given }),
  );
  mountEndpoint(mount, fileEndpoints.listFiles, ({ tenantId }, { query }) => listFiles(parts.db, tenantId, query));
}
