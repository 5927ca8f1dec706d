/** What stores, ways in and verdicts are called, and the request that a filled form makes. Pure. */
import { type IntegrationView, NewIntegration } from '@nucleus/shared/wire/integrations';

const kinds = { s3: 'S3', gcs: 'Google Cloud Storage', azure: 'Azure blobs' } as const;
const ways: Readonly<Record<IntegrationView['access'], string>> = {
  'keys': 'access keys',
  'role': 'assumed role',
  'anonymous': 'anonymous',
  'service-account': 'service account',
  'sas': 'SAS',
  'client-secret': 'application',
};

export function nameOfWay({ kind, access }: Pick<IntegrationView, 'kind' | 'access'>): string {
  return `${kinds[kind]}, ${ways[access]}`;
}

/** How addresses of its objects begin. */
export function startOf({ kind, place }: Pick<IntegrationView, 'kind' | 'place'>): string {
  return kind === 'azure' ? place : `${kind === 's3' ? 's3' : 'gs'}://${place}`;
}

export const verdicts: Readonly<Record<IntegrationView['check']['code'], { word: string; tone: string }>> = {
  'ok': { word: 'Reads', tone: 'in' },
  'not-verified': { word: 'Not verified', tone: 'w' },
  'credentials-refused': { word: 'Credentials refused', tone: 'd' },
  'access-denied': { word: 'Access denied', tone: 'd' },
  'place-not-found': { word: 'No such place', tone: 'd' },
  'object-not-found': { word: 'No such object', tone: 'd' },
  'unreachable': { word: 'Unreachable', tone: 'd' },
};

/** A way into a store as the form offers it. */
export type WayIn = 's3-keys' | 's3-role' | 's3-anonymous' | 'gcs' | 'azure-sas' | 'azure-client';

export interface Field {
  name: string;
  label: string;
  hint?: string;
  isSecret?: boolean;
  /** Several lines, such as a key file. */
  isLong?: boolean;
  isOptional?: boolean;
}

const bucket: Field = { name: 'bucket', label: 'Bucket' };
const endpoint: Field = {
  name: 'endpoint',
  label: 'Endpoint',
  hint: 'only for stores that are not the provider’s own',
  isOptional: true,
};
const region: Field = { name: 'region', label: 'Region', hint: 'us-east-1 unless given', isOptional: true };
const container = [
  { name: 'account_url', label: 'Account address', hint: 'https://ACCOUNT.blob.core.windows.net' },
  { name: 'container', label: 'Container' },
];

export const waysIn: Readonly<Record<WayIn, { name: string; fields: readonly Field[] }>> = {
  's3-role': {
    name: 'S3, assumed role',
    fields: [
      bucket,
      region,
      { name: 'role_arn', label: 'Role', hint: 'arn:aws:iam::123456789012:role/NAME' },
      endpoint,
    ],
  },
  's3-keys': {
    name: 'S3, access keys',
    fields: [
      bucket,
      region,
      { name: 'access_key_id', label: 'Access key id' },
      { name: 'secret_access_key', label: 'Secret access key', isSecret: true },
      endpoint,
    ],
  },
  's3-anonymous': { name: 'S3, anonymous', fields: [bucket, region, endpoint] },
  'gcs': {
    name: 'Google Cloud Storage, service account',
    fields: [bucket, { name: 'service_account', label: 'Key file (JSON)', isSecret: true, isLong: true }, endpoint],
  },
  'azure-sas': {
    name: 'Azure blobs, SAS',
    fields: [...container, { name: 'sas', label: 'SAS token', isSecret: true }],
  },
  'azure-client': {
    name: 'Azure blobs, application',
    fields: [
      ...container,
      { name: 'directory_id', label: 'Directory (tenant) id' },
      { name: 'client_id', label: 'Client id' },
      { name: 'client_secret', label: 'Client secret', isSecret: true },
    ],
  },
};

/** The request of a filled form, or the sentence that says what is wrong with it. */
export function readForm(way: WayIn, given: Readonly<Record<string, string>>): NewIntegration | string {
  const text = (name: string): string | undefined => given[name]?.trim() || undefined;
  const head = { name: text('name'), test_address: text('test_address') };
  const parsed = NewIntegration.safeParse({ ...head, ...placeOf(way, text) });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = String(issue?.path.at(-1) ?? '');
  const label = waysIn[way].fields.find(({ name }) => name === field)?.label ?? (field === 'name' ? 'Name' : field);
  return `${label}: ${issue?.message ?? 'is not readable'}.`;
}

function placeOf(way: WayIn, text: (name: string) => string | undefined): object {
  const ofBucket = { bucket: text('bucket'), endpoint: text('endpoint') };
  const ofContainer = { kind: 'azure', account_url: text('account_url'), container: text('container') };
  switch (way) {
    case 'gcs':
      return { kind: 'gcs', ...ofBucket, service_account: readJson(text('service_account')) };
    case 'azure-sas':
      return { ...ofContainer, access: { type: 'sas', sas: text('sas') } };
    case 'azure-client': {
      const [directory_id, client_id, client_secret] = ['directory_id', 'client_id', 'client_secret'].map(text);
      return { ...ofContainer, access: { type: 'client-secret', directory_id, client_id, client_secret } };
    }
    default: {
      const [access_key_id, secret_access_key] = ['access_key_id', 'secret_access_key'].map(text);
      const access =
        way === 's3-keys'
          ? { type: 'keys', access_key_id, secret_access_key }
          : way === 's3-role'
            ? { type: 'role', role_arn: text('role_arn') }
            : { type: 'anonymous' };
      return { kind: 's3', ...ofBucket, region: text('region'), access };
    }
  }
}

function readJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
