/**
 * Digests of what the cloud holds of a source. A bucket's SHA-256 is over its lines `k digest state\n`, sorted by k.
 */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { agentEndpoints } from '@nucleus/shared/wire/agents';
import type { ReplyOf } from '@nucleus/shared/wire/endpoint';
import type { Database } from '../database/open-database.ts';
import type { ManifestBucket } from './manifest-bucket.ts';
import type { ManifestLines } from './manifest-lines.ts';
import { findSource, type SourceRow } from './queries.ts';
import { listAgentMetadata, listManifestRows, type ManifestRow } from './record-queries.ts';
import { agentNotFound } from './rules.ts';

export type Manifest = Omit<ReplyOf<typeof agentEndpoints.getManifest>, 'store_epoch'>;

const chunkRows = 2_000;
const afterEveryKey = '~'; // sorts behind all hex digits
const bucketsPerTurn = 16;
/** A bucket of so few items is listed with its sums: whoever goes down to it is saved a request for each child. */
const listedAtOnce = 500;

/**
 * @param prefix 0, 2 or 4 hex digits; at 4 the items themselves are listed, else the buckets one level below, at 2 with the items where these
 * are few.
 * @throws AppError `agent-not-found` when the agent has no such source.
 */
export async function readManifest(
  db: Database,
  lines: ManifestLines,
  tenantId: string,
  agentId: string,
  alias: string,
  prefix: string,
): Promise<Manifest> {
  const source = await findSource(db, tenantId, agentId, alias);
  if (source === undefined) throw agentNotFound();
  if (prefix.length === 4) return listBucket(db, tenantId, source, prefix);
  const buckets = await lines.of({ tenantId, datasetId: source.datasetId, sourceId: source.sourceId });
  const bucket = buckets.find((each) => each.prefix === prefix);
  if (bucket === undefined) return sumRoot(buckets);
  const { items } = bucket.count <= listedAtOnce ? await listBucket(db, tenantId, source, prefix) : {};
  return { ...sumBucket(bucket), ...(items && { items }) };
}

type Child = NonNullable<Manifest['children']>[number];

async function sumRoot(buckets: readonly ManifestBucket[]): Promise<Manifest> {
  const all = createHash('sha256');
  const children: Child[] = [];
  for (const [at, { prefix, count, lines }] of buckets.entries()) {
    if (at % bucketsPerTurn === 0) await nextTurn();
    if (count === 0) continue;
    all.update(lines);
    children.push({ prefix, count, sha256: createHash('sha256').update(lines).digest('hex') });
  }
  return { count: children.reduce((sum, child) => sum + child.count, 0), sha256: all.digest('hex'), children };
}

/** Cuts a bucket where the first four digits of the key change. */
function sumBucket({ count, lines }: ManifestBucket): Manifest {
  const children: Child[] = [];
  for (let start = 0; start < lines.length; ) {
    const prefix = lines.toString('latin1', start, start + 4);
    let end = start;
    let inChild = 0;
    while (end < lines.length && lines.toString('latin1', end, end + 4) === prefix) {
      end = lines.indexOf('\n', end) + 1;
      inChild += 1;
    }
    const sha256 = createHash('sha256').update(lines.subarray(start, end)).digest('hex');
    children.push({ prefix, count: inChild, sha256 });
    start = end;
  }
  return { count, sha256: createHash('sha256').update(lines).digest('hex'), children };
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
