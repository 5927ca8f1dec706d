/** The tus protocol over files of the data folder. What an upload is stands in the database; the file's length is its offset. */
import { chmod } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type Configstore, FileStore } from '@tus/file-store';
import { Server, Upload } from '@tus/server';
import type { Database } from '../database/open-database.ts';
import { databaseLocker } from './lock-uploads.ts';
import { findUploadById } from './queries.ts';

export interface TusDoor {
  /** Answers a request by the protocol. @param newId id of the upload that this request creates */
  answer: (request: IncomingMessage, response: ServerResponse, newId?: string) => Promise<void>;
}

/** The package makes files as the process's umask has it. */
class PrivateFiles extends FileStore {
  override async create(upload: Upload): Promise<Upload> {
    const made = await super.create(upload);
    await chmod(join(this.directory, upload.id), 0o600);
    return made;
  }
}

/**
 * @param afterLastByte told within the request that brought the last byte, before it is answered
 * @param origin of the dashboard
 */
export function openTus(
  db: Database,
  folder: string,
  origin: string,
  afterLastByte: (uploadId: string) => Promise<void>,
  clock: () => number,
): TusDoor {
  const configstore: Configstore = {
    get: async (id) => {
      const row = await findUploadById(db, id);
      return row === undefined ? undefined : new Upload({ id, size: row.bytes, offset: 0 });
    },
    // The row was written before the file is made and goes by our own hand.
    set: async () => undefined,
    delete: async () => undefined,
  };
  const madeIds = new WeakMap<IncomingMessage, string>();
  const server = new Server({
    path: '/v1/uploads',
    locker: databaseLocker(db, clock),
    datastore: new PrivateFiles({ directory: folder, configstore }),
    relativeLocation: true,
    allowedOrigins: [origin],
    namingFunction: (request) => {
      const id = madeIds.get(request.runtime?.node?.req as IncomingMessage);
      if (id === undefined) throw new Error('no upload was made for this request');
      return id;
    },
    onUploadFinish: async (_request, upload) => {
      await afterLastByte(upload.id);
      return {};
    },
    onResponseError: (_request, error) =>
      // Sentences of the protocol are for its clients; anything else that is thrown says nothing.
      'status_code' in error ? undefined : { status_code: 500, body: 'The upload failed on the server.\n' },
  });
  return {
    answer: async (request, response, newId) => {
      if (newId !== undefined) madeIds.set(request, newId);
      await server.handle(request, response);
    },
  };
}
