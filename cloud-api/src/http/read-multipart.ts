/** Reads items with their files as the Python client sends them (wire contract 4.2): one JSON field, then one part a file, in order. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { AppError } from '@nucleus/shared/failure/app-error';
import busboy from 'busboy';
import { parseJson } from './parse-json.ts';

/** Bytes of one file, of the JSON beside the files, and how many files one request may bring. */
export interface MultipartLimits {
  fileBytes: number;
  fieldBytes: number;
  files: number;
  fields: number;
}

export const multipartLimits: MultipartLimits = {
  fileBytes: 64 * 1024 * 1024,
  fieldBytes: 16 * 1024 * 1024,
  files: 64,
  fields: 4,
};

export interface Multipart<File> {
  /** Fields by name, parsed: as JSON unless said. */
  fields: ReadonlyMap<string, unknown>;
  /** Files in the order they came; names that a client gives them say nothing. */
  files: File[];
}

/**
 * Reads a body of type multipart/form-data. `keep` reads a file to its end and leaves nothing behind when that fails; `drop` ends
 * what was kept of a request that is refused.
 * @throws AppError `invalid-request`, `invalid-json`, `body-too-large`
 */
export async function readMultipart<File>(
  request: IncomingMessage,
  limits: MultipartLimits,
  keep: (file: AsyncIterable<Uint8Array>) => Promise<File>,
  drop: (file: File) => Promise<void>,
  readField: (name: string, bytes: Uint8Array) => unknown = (_name, bytes) => parseJson(bytes),
): Promise<Multipart<File>> {
  const fields = new Map<string, unknown>();
  const kept: Promise<File>[] = [];
  const parser = openParser(request, limits);
  const parsed = new Promise<void>((resolve, reject) => {
    const fail = (error: unknown) => {
      reject(error);
      request.unpipe(parser);
      // Ends the file that is being read, too.
      parser.destroy();
    };
    parser.on('field', (name, value, info) => {
      if (info.valueTruncated || info.nameTruncated) return fail(tooLarge());
      try {
        fields.set(name, readField(name, Buffer.from(value)));
      } catch (error) {
        fail(error);
      }
    });
    parser.on('file', (_name, stream) => {
      // A body that breaks off before `keep` has begun to read would otherwise end the process; the reader hears of it all the same.
      stream.on('error', () => undefined);
      const keeping = keep(readWhole(stream));
      kept.push(keeping);
      keeping.catch(fail);
    });
    for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) parser.on(limit, () => fail(tooLarge()));
    parser.on('error', () => fail(unreadable()));
    parser.on('close', resolve);
    request.once('close', () => {
      if (!request.readableEnded) fail(unreadable());
    });
    request.pipe(parser);
  });
  const failure = await parsed.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const settled = await Promise.allSettled(kept);
  const files = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const broken = settled.find((each) => each.status === 'rejected');
  if (failure === undefined && broken === undefined) return { fields, files };
  await Promise.all(files.map(drop));
  throw failure?.error ?? broken?.reason;
}

function openParser(request: IncomingMessage, limits: MultipartLimits): busboy.Busboy {
  try {
    return busboy({
      headers: request.headers,
      defParamCharset: 'utf8',
      limits: {
        fieldNameSize: 100,
        fieldSize: limits.fieldBytes,
        fields: limits.fields,
        fileSize: limits.fileBytes,
        files: limits.files,
        parts: limits.files + limits.fields,
        headerPairs: 32,
      },
    });
  } catch (cause) {
    throw new AppError('invalid-request', 'The body is not readable as multipart/form-data.', { cause });
  }
}

/** A file that was cut at the limit is refused, never kept in part. */
async function* readWhole(stream: Readable & { truncated?: boolean }): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream as AsyncIterable<Uint8Array>) yield chunk;
  if (stream.truncated === true) throw tooLarge();
}

function unreadable(): AppError {
  return new AppError('invalid-request', 'The body is not readable as multipart/form-data.');
}

function tooLarge(): AppError {
  return new AppError('body-too-large', 'A file, or their number, is larger than this route takes.');
}
