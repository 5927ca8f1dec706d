/** What an integration is made of: settings that may be shown, and a secret that may not. Pure. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { IntegrationView, NewIntegration } from '@nucleus/shared/wire/integrations';
import type { StoreAccess } from '../attachments/fetch/store-access.ts';
import type { IntegrationsTable } from '../database/intake-tables.ts';

/** What an administrator of the deployment allows beside Amazon's, Google's and Microsoft's own addresses. */
export interface AllowedStores {
  /** Addresses as they are written in the settings, without a slash at their end. */
  endpoints: ReadonlySet<string>;
}

/** JSON of the column `settings`. */
interface Settings {
  access: IntegrationView['access'];
  region?: string;
  endpoint?: string;
  role_arn?: string;
}

const azureAccount = /^https:\/\/[a-z0-9]{3,24}\.blob\.core\.windows\.net$/;

/** The parts of a row that a new integration gives. @throws AppError `integration-refused` for an address nobody allowed */
export function splitIntegration(
  given: NewIntegration,
  allowed: AllowedStores,
): { place: string; settings: Settings; secret: object } {
  if (given.kind === 'azure') {
    const accountUrl = given.account_url.replace(/\/+$/, '');
    if (!azureAccount.test(accountUrl)) assertAllowed(accountUrl, allowed);
    const { type, ...secret } = given.access;
    return { place: `${accountUrl}/${given.container}`, settings: { access: type }, secret };
  }
  const endpoint = given.endpoint?.replace(/\/+$/, '');
  if (endpoint !== undefined) assertAllowed(endpoint, allowed);
  const where = endpoint === undefined ? {} : { endpoint };
  if (given.kind === 'gcs')
    return { place: given.bucket, settings: { access: 'service-account', ...where }, secret: given.service_account };
  const { access, region } = given;
  const settings = { access: access.type, region, ...where };
  if (access.type === 'role')
    return { place: given.bucket, settings: { ...settings, role_arn: access.role_arn }, secret: {} };
  const { type: _type, ...secret } = access;
  return { place: given.bucket, settings, secret };
}

function assertAllowed(address: string, { endpoints }: AllowedStores): void {
  if (endpoints.has(address)) return;
  throw new AppError(
    'integration-refused',
    'This store address is not allowed here: the operator names it in `store_endpoints` of the settings.',
    { at: 'endpoint' },
  );
}

/** What the fetcher uses. The allowance is looked at again, because settings change. @throws AppError `integration-refused` */
export function accessOf(row: IntegrationsTable, secretText: string, allowed: AllowedStores): StoreAccess {
  const settings = JSON.parse(row.settings) as Settings;
  const secret = JSON.parse(secretText) as Record<string, string>;
  if (settings.endpoint !== undefined) assertAllowed(settings.endpoint, allowed);
  if (row.kind === 'azure') {
    const at = row.place.lastIndexOf('/');
    const accountUrl = row.place.slice(0, at);
    if (!azureAccount.test(accountUrl)) assertAllowed(accountUrl, allowed);
    return {
      kind: 'azure',
      accountUrl,
      container: row.place.slice(at + 1),
      access:
        settings.access === 'sas'
          ? { type: 'sas', sas: secret.sas ?? '' }
          : {
              type: 'client-secret',
              directoryId: secret.directory_id ?? '',
              clientId: secret.client_id ?? '',
              clientSecret: secret.client_secret ?? '',
            },
    };
  }
  const place = { bucket: row.place, endpoint: settings.endpoint };
  if (row.kind === 'gcs')
    return {
      kind: 'gcs',
      ...place,
      account: { email: secret.client_email ?? '', privateKey: secret.private_key ?? '', keyId: secret.private_key_id },
    };
  return { kind: 's3', ...place, region: settings.region ?? 'us-east-1', access: s3Access(row, settings, secret) };
}

function s3Access(
  row: IntegrationsTable,
  settings: Settings,
  secret: Record<string, string>,
): Extract<StoreAccess, { kind: 's3' }>['access'] {
  if (settings.access === 'anonymous') return { type: 'anonymous' };
  if (settings.access === 'role')
    return { type: 'role', roleArn: settings.role_arn ?? '', externalId: externalIdOf(row.tenant_id) };
  return {
    type: 'keys',
    accessKeyId: secret.access_key_id ?? '',
    secretAccessKey: secret.secret_access_key ?? '',
    sessionToken: secret.session_token,
  };
}

/**
 * What roles of a tenant's account must ask for. It is ours to give and another for each tenant, so that nobody can name somebody
 * else's role and have us take it on (the confused deputy).
 */
export function externalIdOf(tenantId: string): string {
  return `nucleus-${tenantId}`;
}

/** Key within the store that an address names. @throws AppError `invalid-request` when it is not in this integration's place */
export function keyOf(row: Pick<IntegrationsTable, 'kind' | 'place'>, address: string): string {
  const start = row.kind === 'azure' ? `${row.place}/` : `${row.kind === 's3' ? 's3' : 'gs'}://${row.place}/`;
  if (address.startsWith(start) && address.length > start.length) {
    const key = address.slice(start.length);
    return row.kind === 'azure' ? key.replace(/[?#].*$/s, '') : key;
  }
  throw new AppError('invalid-request', `test_address: must begin with ${start}`, { at: 'test_address' });
}

export function viewOf(row: IntegrationsTable): IntegrationView {
  const { access, ...settings } = JSON.parse(row.settings) as Settings;
  return {
    id: row.id,
    kind: row.kind as IntegrationView['kind'],
    name: row.name,
    place: row.place,
    ...settings,
    access,
    check: {
      code: row.check_code as IntegrationView['check']['code'],
      message: row.check_message,
      at_ms: row.checked_at,
    },
    created_at_ms: row.created_at,
  };
}
