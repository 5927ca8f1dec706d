/** Where content may be, put together from the settings: what the fetcher may reach, and with whose credentials. */
import type { Kysely } from 'kysely';
import { systemPolicy } from '../attachments/fetch/fetch-attachment.ts';
import type { LocateParts } from '../attachments/fetch/locate-content.ts';
import { probeStore } from '../attachments/fetch/probe-store.ts';
import type { CloudConfig, CloudSecrets } from '../config.ts';
import type { Tables } from '../database/tables.ts';
import type { OutboundSettings } from '../integrations/describe-outbound.ts';
import { findAccess, type IntegrationParts, type Probe } from '../integrations/keep-integration.ts';
import { openSecretsKey } from '../integrations/open-secrets-key.ts';
import { secretBox } from '../integrations/seal-secret.ts';

export interface OpenSources extends IntegrationParts {
  locate: LocateParts;
  probe: Probe;
  outbound: OutboundSettings;
}

const probeMs = 20_000;

/** @throws AppError `config-invalid`, `state-unreadable` for the key that seals credentials */
export function openSources(
  config: CloudConfig,
  secrets: CloudSecrets,
  folder: string,
  db: Kysely<Tables>,
): OpenSources {
  const parts: IntegrationParts = {
    db,
    box: secretBox(openSecretsKey(folder, secrets.secretsKey)),
    allowed: { endpoints: new Set(config.store_endpoints) },
  };
  const proxy = config.outbound_proxy === undefined ? undefined : new URL(config.outbound_proxy);
  const services = [config.sts_endpoint, config.google_token_url, config.azure_authority].filter(
    (each) => each !== undefined,
  );
  const locate: LocateParts = {
    policy: systemPolicy(config.fetch_allow, [...config.store_endpoints, ...services], {
      localAddress: config.outbound_address,
      proxy,
    }),
    services: { sts: config.sts_endpoint, google: config.google_token_url, azure: config.azure_authority },
    ownAwsKeys: secrets.stsKeys,
    azureOrigins: new Set(config.store_endpoints.map((each) => new URL(each).origin)),
    findAccess: (tenantId, kind, places) => findAccess(parts, tenantId, kind, places),
  };
  return {
    ...parts,
    locate,
    probe: (access, key) => probeStore(access, key, locate, AbortSignal.timeout(probeMs)),
    outbound: { address: config.outbound_address, hasProxy: proxy !== undefined, ranges: config.outbound_ranges },
  };
}
