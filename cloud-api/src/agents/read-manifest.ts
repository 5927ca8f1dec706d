/**
 * Digests of what the cloud holds of a source. A bucket's SHA-256 is over its lines `k digest state\n`, sorted by k; they are read
 * in chunks by key, so that a million items neither fill memory nor hold other requests up.
 */
import { createHash, type Hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { agentEndpoints } from '@nucleus/shared/wire/agents';
import type { ReplyOf } from '@nucleus/shared/wire/endpoint';
import type { Database } from '../database/open-database.ts';
import { findSource, type SourceRow } from './queries.ts';
import { listAgentMetadata, listManifestRows, type ManifestRow } from './record-queries.ts';
import { agentNotFound } from './rules.ts';

export type Manifest = Omit<ReplyOf<typeof agentEndpoints.getManifest>, 'store_epoch'>;

const chunkRows = 2_000;
const afterEveryKey = '~'; // sorts behind all hex digits

/**
 * @param prefix 0, 2 or 4 hex digits; at 4 the items themselves are listed, else the buckets one level below.
 * @throws AppError `agent-not-found` when the agent has no such source.
 */
export async function readManifest(
  db: Database,
  tenantId: string,
  agentId: string,
  alias: string,
  prefix: string,
): Promise<Manifest> {
  const source = await findSource(db, tenantId, agentId, alias);
  if (source === undefined) throw agentNotFound();
  if (prefix.length === 4) return listBucket(db, tenantId, source, prefix);
  const all = createHash('sha256');
  let count = 0;
  const children: { prefix: string; count: number; hash: Hash }[] = [];
  for await (const row of rowsOf(db, tenantId, source, prefix)) {
    const line = lineOf(row);
    all.update(line);
    count += 1;
    const childPrefix = row.k.slice(0, prefix.length + 2);
    let child = children.at(-1);
    if (child?.prefix !== childPrefix) {
      child = { prefix: childPrefix, count: 0, hash: createHash('sha256') };
      children.push(child);
    }
    child.count += 1;
    child.hash.update(line);
  }
  return {
    count,
    sha256: all.digest('hex'),
    children: children.map((child) => ({ prefix: child.prefix, count: child.count, sha256: child.hash.digest('hex') })),
  };
}

async function listBucket(db: Database, tenantId: string, source: SourceRow, prefix: string): Promise<Manifest> {
  const rows: ManifestRow[] = [];
  for await (const row of rowsOf(db, tenantId, source, prefix)) rows.push(row);
  const place = { tenantId, datasetId: source.datasetId };
  const metadata = await listAgentMetadata(
    db,
    place,
    rows.map(({ k }) => k),
  );
  const all = createHash('sha256');
  for (const row of rows) all.update(lineOf(row));
  return {
    count: rows.length,
    sha256: all.digest('hex'),
    items: rows.map((row) => ({
      k: row.k,
      // Tombstones hold no reference id; both sides know them by k.
      ref: row.ref ?? '',
      rev: row.rev,
      digest: row.digest,
      ...contentHashOf(metadata.get(row.k)),
      state: stateOf(row.state),
    })),
  };
}

async function* rowsOf(db: Database, tenantId: string, source: SourceRow, prefix: string): AsyncGenerator<ManifestRow> {
  const place = { tenantId, datasetId: source.datasetId, sourceId: source.sourceId };
  const beforeKey = prefix + afterEveryKey;
  let afterKey = prefix;
  for (;;) {
    const rows = await listManifestRows(db, place, { afterKey, beforeKey, limit: chunkRows });
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < chunkRows) return;
    afterKey = last.k;
    await nextTurn();
  }
}

function lineOf(row: ManifestRow): string {
  return `${row.k} ${row.digest} ${row.state}\n`;
}

function contentHashOf(metadata: string | undefined): { content_hash?: string } {
  if (metadata === undefined) return {};
  const { content_hash: contentHash } = JSON.parse(metadata) as { content_hash?: unknown };
  return typeof contentHash === 'string' ? { content_hash: contentHash } : {};
}

function stateOf(state: string): 'live' | 'deleted' | 'removed_by_user' {
  return state === 'deleted' || state === 'removed_by_user' ? state : 'live';
}
