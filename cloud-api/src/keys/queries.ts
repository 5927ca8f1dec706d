import { keyScopes } from '@nucleus/shared/wire/endpoint';
import { z } from 'zod';
import type { Database } from '../database/open-database.ts';
import type { StoredKey } from './stored-key.ts';

const Scopes = z.array(z.enum(keyScopes));

type Row = Awaited<ReturnType<ReturnType<typeof selectKeys>['executeTakeFirstOrThrow']>>;

const selectKeys = (db: Database) => db.selectFrom('api_keys').selectAll();

function toStoredKey(row: Row): StoredKey {
  return {
    tenantId: row.tenant_id,
    keyId: row.id,
    kind: row.kind === 'limited' ? 'limited' : 'standard',
    label: row.label,
    scopes: Scopes.parse(JSON.parse(row.scopes)),
    agentId: row.agent_id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
    datasetIds: readList(row.datasets),
    addresses: readList(row.addresses),
  };
}

const readList = (text: string | null): string[] | null =>
  text === null ? null : z.array(z.string()).parse(JSON.parse(text));

/** The only look-up across tenants: a key says which tenant it belongs to. */
export async function findKeyByHash(db: Database, hash: string): Promise<StoredKey | undefined> {
  const row = await selectKeys(db).where('hash', '=', hash).executeTakeFirst();
  return row && toStoredKey(row);
}

export async function listKeyRows(db: Database, tenantId: string): Promise<StoredKey[]> {
  const rows = await selectKeys(db).where('tenant_id', '=', tenantId).orderBy('created_at').orderBy('id').execute();
  return rows.map(toStoredKey);
}

export async function insertKey(
  db: Database,
  key: Pick<
    StoredKey,
    'tenantId' | 'keyId' | 'kind' | 'label' | 'scopes' | 'createdAt' | 'expiresAt' | 'datasetIds' | 'addresses'
  > & {
    hash: string;
  },
): Promise<void> {
  await db
    .insertInto('api_keys')
    .values({
      tenant_id: key.tenantId,
      id: key.keyId,
      hash: key.hash,
      kind: key.kind,
      label: key.label,
      scopes: JSON.stringify(key.scopes),
      agent_id: null,
      created_at: key.createdAt,
      expires_at: key.expiresAt,
      revoked_at: null,
      last_used_at: null,
      datasets: key.datasetIds && JSON.stringify(key.datasetIds),
      addresses: key.addresses && JSON.stringify(key.addresses),
    })
    .execute();
}

/** Answers how many keys it ended: 0 when there is none of that id or it had ended before. */
export async function markKeyRevoked(db: Database, tenantId: string, keyId: string, atMs: number): Promise<number> {
  const done = await db
    .updateTable('api_keys')
    .set({ revoked_at: atMs })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', keyId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return Number(done.numUpdatedRows);
}

export async function markKeyUsed(db: Database, tenantId: string, keyId: string, atMs: number): Promise<void> {
  await db
    .updateTable('api_keys')
    .set({ last_used_at: atMs })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', keyId)
    .execute();
}

/** Binds a key to its agent unless it is bound already; answers the agent that it is bound to now. */
export async function bindKey(db: Database, tenantId: string, keyId: string, agentId: string): Promise<string | null> {
  await db
    .updateTable('api_keys')
    .set({ agent_id: agentId })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', keyId)
    .where('agent_id', 'is', null)
    .execute();
  const row = await db
    .selectFrom('api_keys')
    .select('agent_id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', keyId)
    .executeTakeFirst();
  return row?.agent_id ?? null;
}
