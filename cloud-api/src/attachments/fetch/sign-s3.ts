/** Addresses of S3 objects that carry their own signature, so that fetching one is an ordinary fetch. */
import type { S3Client } from '@aws-sdk/client-s3';
import { assumeRole, type RoleParts } from './assume-role.ts';
import type { FetchRequest } from './fetch-attachment.ts';
import type { S3Access } from './store-access.ts';

const signedForSeconds = 300;

/** Signs the address of one object. Nothing is sent, unless a role has to be taken on. @throws TokenRefusal */
export async function signS3(
  access: S3Access,
  key: string,
  parts: RoleParts,
  signal: AbortSignal,
): Promise<FetchRequest> {
  if (access.access.type === 'anonymous') {
    return { url: plainS3Url(access, key), isStore: access.endpoint !== undefined };
  }
  const [{ S3Client, GetObjectCommand }, { getSignedUrl }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('@aws-sdk/s3-request-presigner'),
  ]);
  const credentials =
    access.access.type === 'keys' ? access.access : await assumeRole(access.access, access.region, parts, signal);
  const client: S3Client = new S3Client({
    region: access.region,
    credentials: {
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey,
      ...(credentials.sessionToken === undefined ? {} : { sessionToken: credentials.sessionToken }),
    },
    ...(access.endpoint === undefined ? {} : { endpoint: access.endpoint, forcePathStyle: true }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  try {
    const command = new GetObjectCommand({ Bucket: access.bucket, Key: key });
    return { url: await getSignedUrl(client, command, { expiresIn: signedForSeconds }), isStore: true };
  } finally {
    client.destroy();
  }
}

/** Address of an object that anybody may read. */
export function plainS3Url({ bucket, endpoint }: Pick<S3Access, 'bucket' | 'endpoint'>, key: string): string {
  const path = key.split('/').map(encodeURIComponent).join('/');
  if (endpoint !== undefined) return `${endpoint.replace(/\/$/, '')}/${bucket}/${path}`;
  // A dot in a bucket's name would not match Amazon's certificate.
  return bucket.includes('.')
    ? `https://s3.amazonaws.com/${bucket}/${path}`
    : `https://${bucket}.s3.amazonaws.com/${path}`;
}
