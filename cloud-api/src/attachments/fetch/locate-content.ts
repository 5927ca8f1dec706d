/** From the address of some content to the request that fetches it: stores are reached with what their integration holds. */
import { AppError } from '@nucleus/shared/failure/app-error';
import { askGoogle, askMicrosoft } from './ask-bearer.ts';
import type { FetchRequest } from './fetch-attachment.ts';
import { plainS3Url, signS3 } from './sign-s3.ts';
import {
  type AzureAccess,
  type GcsAccess,
  type OwnAwsKeys,
  type StoreAccess,
  TokenRefusal,
  type TokenServices,
} from './store-access.ts';
import type { FetchPolicy } from './vet-target.ts';

export interface LocateParts {
  policy: FetchPolicy;
  services: TokenServices;
  ownAwsKeys: OwnAwsKeys;
  /** Origins beside Azure's own at which an account may be. */
  azureOrigins: ReadonlySet<string>;
  /** The integration of a tenant for one of `places`. @throws AppError when its secret cannot be opened */
  findAccess: (
    tenantId: string,
    kind: StoreAccess['kind'],
    places: readonly string[],
  ) => Promise<StoreAccess | undefined>;
}

const azureHost = /^[a-z0-9]{3,24}\.blob\.core\.windows\.net$/;
const bucketShape = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;

/**
 * Decides how `address` is fetched for a tenant. Anything but stores stays as it is and is judged when it is fetched.
 * @throws AppError `attachment-unreachable` when there is no way to it
 */
export async function locateContent(
  tenantId: string,
  address: string,
  parts: LocateParts,
  signal: AbortSignal,
): Promise<FetchRequest> {
  const store = /^(s3|gs):\/\/([^/]*)\/(.+)$/s.exec(address);
  if (store !== null) {
    const [, scheme, bucket = '', key = ''] = store;
    if (!bucketShape.test(bucket)) throw new AppError('attachment-unreachable', 'The address names no bucket.');
    const kind = scheme === 's3' ? 's3' : 'gcs';
    const access = await parts.findAccess(tenantId, kind, [bucket]);
    if (access !== undefined) return requestFor(access, key, parts, signal);
    if (kind === 's3') return { url: plainS3Url({ bucket, endpoint: undefined }, key) };
    return { url: `https://storage.googleapis.com/${bucket}/${encodePath(key)}` };
  }
  const azure = readAzureAddress(address, parts.azureOrigins);
  if (azure === undefined) return { url: address };
  const access = await parts.findAccess(tenantId, 'azure', azure.places);
  if (access?.kind !== 'azure') return { url: address };
  const start = `${access.accountUrl}/${access.container}/`;
  return requestFor(access, azure.url.slice(start.length), parts, signal);
}

/**
 * The request for one object of a store.
 * @param key of S3 and Google as it is, of Azure percent-encoded
 * @throws AppError `attachment-unreachable` when the store's token service refuses
 */
export async function requestFor(
  access: StoreAccess,
  key: string,
  parts: LocateParts,
  signal: AbortSignal,
): Promise<FetchRequest> {
  try {
    if (access.kind === 's3')
      return await signS3(
        access,
        key,
        { policy: parts.policy, stsEndpoint: parts.services.sts, ownKeys: parts.ownAwsKeys },
        signal,
      );
    return access.kind === 'gcs'
      ? await gcsRequest(access, key, parts, signal)
      : await azureRequest(access, key, parts, signal);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const why = cause instanceof TokenRefusal ? cause.message : 'its token service cannot be reached';
    throw new AppError('attachment-unreachable', `The integration of this store does not work: ${why}.`, { cause });
  }
}

async function gcsRequest(
  access: GcsAccess,
  key: string,
  parts: LocateParts,
  signal: AbortSignal,
): Promise<FetchRequest> {
  const token = await askGoogle(access.account, parts.services.google, parts.policy, signal);
  const endpoint = (access.endpoint ?? 'https://storage.googleapis.com').replace(/\/$/, '');
  return {
    url: `${endpoint}/storage/v1/b/${access.bucket}/o/${encodeURIComponent(key)}?alt=media`,
    headers: { authorization: `Bearer ${token}` },
    isStore: true,
  };
}

async function azureRequest(
  access: AzureAccess,
  path: string,
  parts: LocateParts,
  signal: AbortSignal,
): Promise<FetchRequest> {
  const url = `${access.accountUrl}/${access.container}/${path}`;
  if (access.access.type === 'sas') return { url: `${url}?${access.access.sas.replace(/^[?]/, '')}`, isStore: true };
  const token = await askMicrosoft(access.access, parts.services.azure, parts.policy, signal);
  return { url, headers: { 'authorization': `Bearer ${token}`, 'x-ms-version': '2021-08-06' }, isStore: true };
}

/** Account and container may be at one or two places of the path; an address that carries its own signature needs nobody's. */
function readAzureAddress(
  address: string,
  origins: ReadonlySet<string>,
): { url: string; places: string[] } | undefined {
  if (!/^https?:/i.test(address) || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (!azureHost.test(url.hostname) && !origins.has(url.origin)) return undefined;
  if (url.searchParams.has('sig') || url.username !== '' || url.password !== '') return undefined;
  const [first, second, third] = url.pathname.split('/').slice(1);
  const places = [
    ...(first && second ? [`${url.origin}/${first}`] : []),
    ...(first && second && third ? [`${url.origin}/${first}/${second}`] : []),
  ];
  return places.length === 0 ? undefined : { url: `${url.origin}${url.pathname}`, places };
}

function encodePath(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}
