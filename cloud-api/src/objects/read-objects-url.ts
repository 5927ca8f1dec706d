/** Where the cloud keeps its objects, as one text: a folder, or a bucket. Pure. */
import { AppError } from '@nucleus/shared/failure/app-error';

export interface S3Place {
  bucket: string;
  /** Empty, or ends with `/`. */
  prefix: string;
  region: string;
  /** Undefined for Amazon's own. */
  endpoint: string | undefined;
  encryption: 'AES256' | 'aws:kms' | undefined;
  kmsKey: string | undefined;
}

export type ObjectsPlace = { kind: 'folder'; folder: string } | ({ kind: 's3' } & S3Place);

const known = new Set(['endpoint', 'region', 'encryption', 'kms_key']);
const bucketShape = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const prefixShape = /^([a-z0-9_-][a-z0-9_.-]*\/)*$/;

/**
 * Reads `file:FOLDER` or `s3://BUCKET/PREFIX?endpoint=URL&region=…&encryption=AES256|aws:kms&kms_key=…`. Without a word about
 * it, Amazon encrypts with AES256 and other endpoints as they are set up.
 * @throws AppError `config-invalid`
 */
export function readObjectsUrl(text: string): ObjectsPlace {
  if (text.startsWith('file:') && text.length > 'file:'.length) {
    return { kind: 'folder', folder: text.slice('file:'.length).replace(/^\/\/(?=\/)/, '') };
  }
  if (!text.startsWith('s3://') || !URL.canParse(text)) throw wrong('must be file:FOLDER or s3://BUCKET');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw wrong('takes its keys from the environment, never in the URL');
  const unknown = Array.from(url.searchParams.keys()).find((name) => !known.has(name));
  if (unknown !== undefined) throw wrong(`knows no ${unknown}`);
  if (!bucketShape.test(url.hostname)) throw wrong('must name a bucket, s3://BUCKET');
  const prefix = url.pathname.replace(/^\//, '').replace(/([^/])$/, '$1/');
  if (!prefixShape.test(prefix)) throw wrong('has a prefix that no object key can have');
  const endpoint = url.searchParams.get('endpoint') ?? undefined;
  if (endpoint !== undefined && !isHttpOrigin(endpoint)) throw wrong('needs an http or https address as endpoint');
  const encryption = url.searchParams.get('encryption') ?? (endpoint === undefined ? 'AES256' : undefined);
  if (encryption !== undefined && encryption !== 'AES256' && encryption !== 'aws:kms')
    throw wrong('knows the encryptions AES256 and aws:kms');
  const kmsKey = url.searchParams.get('kms_key') ?? undefined;
  if (kmsKey !== undefined && encryption !== 'aws:kms') throw wrong('takes a kms_key with encryption=aws:kms only');
  return {
    kind: 's3',
    bucket: url.hostname,
    prefix,
    region: url.searchParams.get('region') ?? 'us-east-1',
    endpoint,
    encryption,
    kmsKey,
  };
}

function isHttpOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function wrong(what: string): AppError {
  return new AppError('config-invalid', `objects: ${what}.`);
}
