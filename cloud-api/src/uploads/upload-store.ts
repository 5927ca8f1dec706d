/**
 * Files of NDJSON between their upload and the end of their job, below DATA/cloud/uploads. Processes that share a database share
 * this folder. Names are made of ids alone; a file appears whole or not at all.
 */
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@nucleus/shared/failure/app-error';
import { mostUploadBytes } from '@nucleus/shared/wire/uploads';

/** One upload of one tenant's dataset. */
export interface UploadPlace {
  tenantId: string;
  datasetId: string;
  requestId: string;
}

export interface UploadStore {
  /** Takes a body as it arrives and puts it in place at its end. @throws AppError `body-too-large` */
  receive: (place: UploadPlace, body: NodeJS.ReadableStream) => Promise<{ bytes: number }>;
  /** Path of a file that is there; undefined otherwise. For reading, never for replies or logs. */
  find: (place: UploadPlace) => Promise<string | undefined>;
  remove: (place: UploadPlace) => Promise<void>;
  /** Removes what was last written before `beforeMs`. */
  sweep: (beforeMs: number) => Promise<void>;
}

const safePart = /^[A-Za-z0-9_-]{1,64}$/;

/** @param folder made on first use, readable by its owner alone */
export function openUploadStore(folder: string): UploadStore {
  const pathOf = ({ tenantId, datasetId, requestId }: UploadPlace): string => {
    for (const part of [tenantId, datasetId, requestId]) {
      if (!safePart.test(part)) throw new AppError('upload-not-found', 'There is no such upload.');
    }
    return join(folder, `${tenantId}.${datasetId}.${requestId}.ndjson`);
  };
  return {
    receive: async (place, body) => {
      const path = pathOf(place);
      const partial = `${path}.${randomBytes(8).toString('hex')}.part`;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const counted = countBytes();
      try {
        await pipeline(body, counted.stream, createWriteStream(partial, { mode: 0o600, flags: 'wx', flush: true }));
        await rename(partial, path);
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      }
      return { bytes: counted.bytes() };
    },
    find: async (place) => {
      const path = pathOf(place);
      return (await stat(path).catch(() => undefined))?.isFile() === true ? path : undefined;
    },
    remove: (place) => rm(pathOf(place), { force: true }),
    sweep: async (beforeMs) => {
      for (const name of await readdir(folder).catch(() => [])) {
        const path = join(folder, name);
        const found = await stat(path).catch(() => undefined);
        if (found !== undefined && found.mtimeMs < beforeMs) await rm(path, { force: true });
      }
    },
  };
}

function countBytes(): { stream: Transform; bytes: () => number } {
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      bytes += chunk.length;
      if (bytes > mostUploadBytes)
        done(new AppError('body-too-large', `An upload holds at most ${mostUploadBytes} bytes.`));
      else done(null, chunk);
    },
  });
  return { stream, bytes: () => bytes };
}
