/** Objects in a bucket of an S3-compatible store. Written whole by the store itself; encrypted there when asked for. */
import { PassThrough, type Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type PutObjectCommandInput,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { assertObjectKey, type ObjectStore, objectNotFound } from './object-store.ts';
import type { S3Place } from './read-objects-url.ts';

export interface OpenS3Store extends ObjectStore {
  /** Ends its connections. */
  close: () => void;
}

/** Larger objects go in parts of this size, so that an object of any size is sent in flat memory. */
const partBytes = 8 * 1024 * 1024;
const partsAtOnce = 2;
/** How long an upload that failed may take to end at the store. */
const mostEndingMs = 10_000;

/**
 * Opens a bucket as an object store; nothing is sent yet. Without keys the SDK's own chain finds them (environment, files, roles).
 * An upload that a kill cut off leaves parts that no reader sees: let a lifecycle rule of the bucket end them.
 */
export function openS3Store(
  place: S3Place,
  keys: { accessKeyId: string; secretAccessKey: string } | undefined,
): OpenS3Store {
  const client = new S3Client({
    region: place.region,
    ...(place.endpoint === undefined ? {} : { endpoint: place.endpoint, forcePathStyle: true }),
    ...(keys === undefined ? {} : { credentials: keys }),
    // Servers that are not Amazon's refuse the checksums that the SDK would add unasked.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const { bucket } = place;
  const nameOf = (key: string): string => {
    assertObjectKey(key);
    return place.prefix + key;
  };
  return {
    async put(key, content) {
      const counted = countInto(content);
      const sending = new Upload({
        client,
        partSize: partBytes,
        queueSize: partsAtOnce,
        params: { Bucket: bucket, Key: nameOf(key), Body: counted.body, ...encryption(place) },
      });
      const sent = sending.done();
      try {
        await Promise.all([sent, counted.ended]);
      } catch (error) {
        counted.body.destroy(new Error('the content broke off'));
        // it tells the store to forget the parts, which an abort would not wait for
        const impatience = setTimeout(() => void sending.abort(), mostEndingMs);
        await sent.catch(() => undefined);
        clearTimeout(impatience);
        throw counted.failure() ?? error;
      }
      return counted.bytes();
    },
    async get(key, range) {
      const Range = range === undefined ? undefined : `bytes=${range.from}-${range.to}`;
      const reply = await client
        .send(new GetObjectCommand({ Bucket: bucket, Key: nameOf(key), ...(Range === undefined ? {} : { Range }) }))
        .catch((error: unknown) => {
          throw isMissing(error) ? objectNotFound() : error;
        });
      return reply.Body as Readable;
    },
    async stat(key) {
      const reply = await client
        .send(new HeadObjectCommand({ Bucket: bucket, Key: nameOf(key) }))
        .catch((error: unknown) => {
          if (isMissing(error)) return undefined;
          throw error;
        });
      return reply === undefined ? undefined : { bytes: reply.ContentLength ?? 0 };
    },
    async remove(key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: nameOf(key) }));
    },
    async *list(prefix) {
      let ContinuationToken: string | undefined;
      do {
        const page = await client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: place.prefix + prefix,
            ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
          }),
        );
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key.slice(place.prefix.length);
        ContinuationToken = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      } while (ContinuationToken !== undefined);
    },
    close: () => client.destroy(),
  };
}

function encryption({ encryption: kind, kmsKey }: S3Place): Partial<PutObjectCommandInput> {
  if (kind === undefined) return {};
  return { ServerSideEncryption: kind, ...(kmsKey === undefined ? {} : { SSEKMSKeyId: kmsKey }) };
}

/** The content as a stream that counts itself; a source that breaks breaks the upload before its last part is sent. */
function countInto(content: AsyncIterable<Uint8Array>): {
  body: Readable;
  ended: Promise<void>;
  bytes: () => number;
  failure: () => unknown;
} {
  const body = new PassThrough({ highWaterMark: 256 * 1024 });
  let bytes = 0;
  let failure: unknown;
  const write = async (): Promise<void> => {
    try {
      for await (const chunk of content) {
        bytes += chunk.length;
        if (!body.write(chunk)) await drained(body);
      }
      body.end();
    } catch (error) {
      failure = error;
      body.destroy(error instanceof Error ? error : new Error('the content broke off', { cause: error }));
      throw error;
    }
  };
  return { body, ended: write(), bytes: () => bytes, failure: () => failure };
}

/** @throws Error when the reader has gone */
function drained(body: PassThrough): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      body.off('drain', done).off('close', gone);
      resolve();
    };
    const gone = (): void => {
      body.off('drain', done).off('close', gone);
      reject(new Error('the store stopped reading'));
    };
    body.once('drain', done).once('close', gone);
    if (body.destroyed) gone();
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404 && error.name !== 'NoSuchBucket';
}
