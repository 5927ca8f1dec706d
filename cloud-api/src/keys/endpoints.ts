import { type KeyView, keyEndpoints } from '@nucleus/shared/wire/keys';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { type Mount, mountEndpoint } from '../http/mount-endpoint.ts';
import { type KeyWorld, listKeyWorlds, revokeKeyOfWorlds } from './key-worlds.ts';
import { listKeys } from './list-keys.ts';
import { mintKey } from './mint-key.ts';
import type { StoredKey } from './stored-key.ts';

/** Mounts the tenant's keys. */
export function mountKeys(mount: Mount, db: Kysely<Tables>): void {
  mountEndpoint(mount, keyEndpoints.listKeys, async ({ tenantId }) => {
    const worlds = await listKeyWorlds(db, tenantId);
    const held = await Promise.all(
      worlds.map(async ({ tenantId: id, mode }) => (await listKeys(db, id)).map((key) => keyView(key, mode))),
    );
    return { keys: held.flat() };
  });
  mountEndpoint(mount, keyEndpoints.createKey, async (context, { body }) => {
    const { key, mode, secret } = await mintKey(db, context, context.caller, {
      label: body.label,
      scopes: [...new Set(body.scopes)],
      kind: body.kind,
      mode: body.mode,
      expiresAt: body.expires_at_ms,
      datasetIds: body.dataset_ids,
      addresses: body.addresses,
    });
    return { key: keyView(key, mode), secret };
  });
  mountEndpoint(mount, keyEndpoints.revokeKey, async (context, { params }) => {
    await revokeKeyOfWorlds(db, context, params.keyId);
    return { revoked: true as const };
  });
}

function keyView(key: StoredKey, mode: KeyWorld['mode']): KeyView {
  return {
    key_id: key.keyId,
    label: key.label,
    kind: key.kind,
    mode,
    scopes: key.scopes,
    dataset_ids: key.datasetIds,
    addresses: key.addresses,
    agent_id: key.agentId,
    created_at_ms: key.createdAt,
    expires_at_ms: key.expiresAt,
    last_used_at_ms: key.lastUsedAt,
    revoked_at_ms: key.revokedAt,
  };
}
