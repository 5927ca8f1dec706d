/**
 * Removes stored pictures that nothing refers to any more: 7 days after the last reference their row goes, an hour later their bytes.
 *
 * An upload of the same bytes may be on its way between the look at the store and the row. That takes minutes, so that the hour covers
 * it: a row that is there again keeps the bytes. And from the moment a removal has begun, whoever brings the same bytes waits for its
 * end ({@link reclaimObject}) and then writes them anew.
 */
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { objectKey } from './kept-image.ts';
import { previewKeys } from './open-previews.ts';
import {
  beginRemoval,
  endRemoval,
  findRemoval,
  listHashes,
  listReferenced,
  listRemovals,
  listTenantsWithObjects,
  noteReferences,
  takeUnreferenced,
} from './sweep-queries.ts';

const unreferencedForMs = 7 * 24 * 3_600_000;
const removalAfterMs = 3_600_000;
const hashesPerTurn = 500;

/** One sweep over all tenants. What a crash leaves half done the next one does again. */
export async function sweepObjects(db: Kysely<Tables>, objects: ObjectStore, nowMs: number): Promise<void> {
  for (const tenantId of await listTenantsWithObjects(db)) await markTenant(db, tenantId, nowMs);
  const times = { beforeMs: nowMs - removalAfterMs, nowMs };
  for (const name of await listRemovals(db, times.beforeMs)) {
    const mayGo = await db.transaction().execute((tx) => beginRemoval(tx, name, times));
    if (!mayGo) {
      await endRemoval(db, name, 'marked');
      continue;
    }
    for (const key of [objectKey(name.tenantId, name.sha256), ...previewKeys(name)]) await objects.remove(key);
    await endRemoval(db, name, 'removing');
  }
}

async function markTenant(db: Kysely<Tables>, tenantId: string, nowMs: number): Promise<void> {
  const times = { beforeMs: nowMs - unreferencedForMs, nowMs };
  for (let after: string | undefined = ''; after !== undefined; ) {
    const hashes: string[] = await listHashes(db, tenantId, after, hashesPerTurn);
    after = hashes.length < hashesPerTurn ? undefined : hashes.at(-1);
    await db.transaction().execute(async (tx) => {
      const referenced = await listReferenced(tx, tenantId, hashes);
      await noteReferences(
        tx,
        tenantId,
        hashes.filter((hash) => referenced.has(hash)),
        null,
      );
      const loose = hashes.filter((hash) => !referenced.has(hash));
      await noteReferences(tx, tenantId, loose, nowMs);
      await takeUnreferenced(tx, tenantId, loose, times);
    });
    // SQLite answers without a turn of the event loop.
    await nextTurn();
  }
}

const reclaimWithinMs = 10_000;

/**
 * To be awaited by whoever brings bytes, before looking whether they are stored: calls off a removal of the same bytes, or waits until
 * one that has begun is over.
 * @throws AppError `overloaded` when that takes too long
 */
export async function reclaimObject(db: Database, tenantId: string, sha256: string): Promise<void> {
  const name = { tenantId, sha256 };
  for (const until = performance.now() + reclaimWithinMs; ; ) {
    const state = await findRemoval(db, name);
    if (state === undefined) return;
    if (state === 'marked') await endRemoval(db, name, 'marked');
    else if (performance.now() > until) {
      throw new AppError('overloaded', 'This picture is just being removed: try again.', { retryAfterS: 5 });
    } else await delay(50);
  }
}
