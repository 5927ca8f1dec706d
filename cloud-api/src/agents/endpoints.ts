import { AppError } from '@nucleus/shared/failure/app-error';
import { agentEndpoints } from '@nucleus/shared/wire/agents';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import type { Caller } from '../http/caller.ts';
import type { Metrics } from '../http/metrics.ts';
import { type Mount, mountEndpoint, mountStream } from '../http/mount-endpoint.ts';
import { largeBodyBytes } from '../http/read-body.ts';
import { restoreItems } from '../items/restore-items.ts';
import { applyChanges } from './apply-changes.ts';
import { approveAgent } from './approve-agent.ts';
import { listAgents } from './list-agents.ts';
import { ManifestLines } from './manifest-lines.ts';
import { readBatch } from './read-batch.ts';
import { readManifest } from './read-manifest.ts';
import { registerAgent } from './register-agent.ts';
import { agentNotFound, heartbeatSeconds } from './rules.ts';
import { takeHeartbeat } from './take-heartbeat.ts';

/** Copies of what datasets hold, for searching. */
interface FollowingProjections {
  /** Brings that of a dataset up to date, where there is one. */
  follow(tenantId: string, datasetId: string): void;
  /** The same while it holds fields that are being taken away. */
  followForgetting(tenantId: string, datasetId: string): void;
}

/** Mounts the sync protocol (contract 4) and what administrators see of it. */
export function mountAgents(
  mount: Mount,
  db: Kysely<Tables>,
  storeEpoch: string,
  metrics: Metrics,
  projections: FollowingProjections,
): void {
  const manifestLines = new ManifestLines(db, mount.clock);
  mountEndpoint(mount, agentEndpoints.registerAgent, async (context, { body }) => {
    if (context.caller.keyId === null) throw new AppError('forbidden', 'An agent registers with its own key.');
    const sources = await registerAgent(db, context, context.caller.keyId, body);
    for (const { dataset_id: datasetId } of sources) projections.follow(context.tenantId, datasetId);
    return { store_epoch: storeEpoch, heartbeat_s: heartbeatSeconds, sources };
  });

  mountEndpoint(mount, agentEndpoints.heartbeat, async (context, { body }) => {
    assertOwnAgent(context.caller, body.agent_id);
    return { store_epoch: storeEpoch, approved: await takeHeartbeat(db, context, body) };
  });

  mountStream(mount, agentEndpoints.pushChanges, async (context, { query }, request) => {
    try {
      const batch = await readBatch(request);
      assertOwnAgent(context.caller, batch.head.agent_id);
      if (query.store_epoch !== storeEpoch) {
        throw new AppError('epoch-changed', 'This store is not the one that the agent knows: compare before sending.');
      }
      const { datasetId, acks, written } = await applyChanges(db, context, batch, query.fence);
      projections.followForgetting(context.tenantId, datasetId);
      metrics.changeBatches.inc({ result: 'applied' });
      metrics.itemsWritten.inc({ by: 'agent' }, written);
      return { store_epoch: storeEpoch, acks };
    } catch (error) {
      metrics.changeBatches.inc({ result: error instanceof AppError ? error.code : 'failed' });
      throw error;
    }
  });

  mountEndpoint(mount, agentEndpoints.getManifest, async ({ tenantId, caller }, { params, query }) => {
    assertOwnAgent(caller, params.agentId);
    return {
      store_epoch: storeEpoch,
      ...(await readManifest(db, manifestLines, tenantId, params.agentId, query.source, query.prefix)),
    };
  });

  mountEndpoint(mount, agentEndpoints.listAgents, async ({ tenantId, nowMs }) => ({
    agents: await listAgents(db, tenantId, nowMs),
  }));

  mountEndpoint(
    mount,
    agentEndpoints.restoreItems,
    async (context, { body }) => ({
      restored: await restoreItems(db, context, body.dataset_id, body.reference_ids),
    }),
    largeBodyBytes,
  );

  mountEndpoint(mount, agentEndpoints.approveAgent, async (context, { params }) => {
    await approveAgent(db, context, params.agentId);
    return { agent_id: params.agentId, approved: true as const };
  });
}

/** A key speaks for the agent that registered with it, and for no other. */
function assertOwnAgent(caller: Caller, agentId: string): void {
  if (caller.agentId !== agentId) throw agentNotFound();
}
