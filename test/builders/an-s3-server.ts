/**
 * An S3 server on loopback. It does NOT verify signatures: never test with it who may do what. Three of its faults are mended here,
 * because the real ones do not have them: it writes objects in place under its readers, takes `bytes=0-0` for the whole, and answers for
 * a part or an object that is still being written.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
// @ts-expect-error it ships no types
import S3rver from 's3rver';

export interface S3Server {
  endpoint: string;
  /** `127.0.0.1:PORT` */
  host: string;
  bucket: string;
  /** What it takes for valid by name; every secret passes. */
  keys: { accessKeyId: string; secretAccessKey: string };
  /** Method, path and headers of every request so far. */
  requests: { method: string; path: string; headers: IncomingMessage['headers'] }[];
  close: () => Promise<void>;
}

export async function anS3Server(bucket = 'pictures'): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 's3-server-'));
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  mend(server.store);
  const requests: S3Server['requests'] = [];
  const address: AddressInfo = await server.run();
  (server.httpServer as Server).prependListener('request', (request: IncomingMessage) => {
    requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers });
  });
  const host = `127.0.0.1:${address.port}`;
  return {
    endpoint: `http://${host}`,
    host,
    bucket,
    keys: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    requests,
    close: async () => {
      (server.httpServer as Server & { closeAllConnections(): void }).closeAllConnections();
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface StoredByS3rver {
  bucket: string;
  key: string;
  content: Readable | Buffer | null;
  size: number;
  range?: { start: number; end: number };
}
interface StoreOfS3rver {
  putObject: (object: StoredByS3rver) => Promise<unknown>;
  getObject: (
    bucket: string,
    key: string,
    options?: { start?: number; end?: number },
  ) => Promise<StoredByS3rver | null>;
  getResourcePath: (bucket: string, key: string | undefined, resource: 'uploads' | 'object') => string;
  putPart: (
    bucket: string,
    uploadId: string,
    part: number,
    content: Readable,
  ) => Promise<{ size: number; md5: string }>;
}

/** Content that ends when the file holds it: the server answers at the end of what it reads. */
async function* untilWritten(path: string, bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
  const written = () =>
    stat(path).then(
      ({ size }) => size,
      () => -1,
    );
  while ((await written()) < bytes.length) await delay(1);
}

/** One writer or reader of an object at a time, ranges that are cut here, and what is there when that is said. */
function mend(store: StoreOfS3rver): void {
  store.putPart = async (bucket, uploadId, part, content) => {
    const bytes = await buffer(content);
    await writeFile(join(store.getResourcePath(bucket, undefined, 'uploads'), uploadId, String(part)), bytes);
    return { size: bytes.length, md5: createHash('md5').update(bytes).digest('hex') };
  };
  const [put, get] = [store.putObject.bind(store), store.getObject.bind(store)];
  const turns = new Map<string, Promise<unknown>>();
  const inTurn = <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
    const turn = (turns.get(name) ?? Promise.resolve()).then(work, work);
    turns.set(name, turn);
    return turn;
  };
  store.putObject = async (object) => {
    const bytes = Buffer.isBuffer(object.content) ? object.content : await buffer(object.content as Readable);
    const path = store.getResourcePath(object.bucket, object.key, 'object');
    return inTurn(`${object.bucket}/${object.key}`, async () => {
      await rm(path, { force: true });
      return put({ ...object, content: Readable.from(untilWritten(path, bytes)) });
    });
  };
  store.getObject = (bucket, key, options) =>
    inTurn(`${bucket}/${key}`, async () => {
      const object = await get(bucket, key);
      if (object === null) return null;
      const all = object.content instanceof Readable ? await buffer(object.content) : Buffer.alloc(0);
      if (options?.start === undefined) {
        object.content = Readable.from([all]);
        return object;
      }
      const end = Math.min(options.end ?? Number.POSITIVE_INFINITY, all.length - 1);
      object.range = { start: options.start, end };
      object.content = end < options.start ? null : Readable.from([all.subarray(options.start, end + 1)]);
      return object;
    });
}
