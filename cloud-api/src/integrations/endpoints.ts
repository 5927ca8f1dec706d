import { integrationEndpoints } from '@nucleus/shared/wire/integrations';
import { type Mount, mountEndpoint } from '../http/mount-endpoint.ts';
import { describeOutbound, type OutboundSettings } from './describe-outbound.ts';
import {
  createIntegration,
  deleteIntegration,
  type IntegrationParts,
  listIntegrations,
  type Probe,
  testIntegration,
} from './keep-integration.ts';
import { externalIdOf } from './rules.ts';

/** Mounts integrations with customers' stores, and the addresses that our requests come from. */
export function mountIntegrations(
  mount: Mount,
  parts: IntegrationParts & { probe: Probe; outbound: OutboundSettings },
): void {
  const { db, probe } = parts;
  mountEndpoint(mount, integrationEndpoints.createIntegration, (context, { body }) =>
    createIntegration(parts, context, body, probe),
  );
  mountEndpoint(mount, integrationEndpoints.listIntegrations, async ({ tenantId }) => ({
    external_id: externalIdOf(tenantId),
    integrations: await listIntegrations(db, tenantId),
  }));
  mountEndpoint(mount, integrationEndpoints.testIntegration, (context, { params, body }) =>
    testIntegration(parts, context, params.integrationId, body.test_address, probe),
  );
  mountEndpoint(mount, integrationEndpoints.deleteIntegration, async (context, { params }) => {
    await deleteIntegration(db, context, params.integrationId);
    return { deleted: true as const };
  });
  mountEndpoint(mount, integrationEndpoints.getIpRanges, async () => describeOutbound(parts.outbound));
}
