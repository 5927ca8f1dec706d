/** What opens a customer's store: the settings and the secret of one integration, as the fetcher uses them. */

export interface S3Access {
  kind: 's3';
  bucket: string;
  region: string;
  /** Undefined for Amazon's own. */
  endpoint: string | undefined;
  access:
    | { type: 'keys'; accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined }
    | { type: 'role'; roleArn: string; externalId: string }
    | { type: 'anonymous' };
}

export interface GcsAccess {
  kind: 'gcs';
  bucket: string;
  /** Undefined for Google's own. */
  endpoint: string | undefined;
  /** From the key file of a service account. */
  account: { email: string; privateKey: string; keyId: string | undefined };
}

export interface AzureAccess {
  kind: 'azure';
  /** `https://ACCOUNT.blob.core.windows.net`, or that of an allowed endpoint, without a slash at its end. */
  accountUrl: string;
  container: string;
  access:
    | { type: 'sas'; sas: string }
    | { type: 'client-secret'; directoryId: string; clientId: string; clientSecret: string };
}

export type StoreAccess = S3Access | GcsAccess | AzureAccess;

/** Where tokens are asked for; an administrator may name others. */
export interface TokenServices {
  sts: string | undefined;
  google: string;
  azure: string;
}

/** Keys of this deployment, under which it takes on roles; undefined: as Amazon's own chain finds them. */
export type OwnAwsKeys = { accessKeyId: string; secretAccessKey: string } | undefined;

/** A token service did not give what was asked for. */
export class TokenRefusal extends Error {
  override readonly name = 'TokenRefusal';
}
