import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Database } from '../database/open-database.ts';
import { type ClaimedFolder, claimFolder } from './claim-folder.ts';
import { feedChanges } from './feed-changes.ts';
import { feedScenes } from './feed-scenes.ts';
import { removeProjection } from './open-projection.ts';
import { Projection } from './projection.ts';
import type { TruthFeed } from './truth-feed.ts';

/** Open projections; each holds a file and up to 128 MB of page cache while it is asked. */
const mostOpen = 8;
/** A projection is brought up to date so long after the last of some writes that follow each other. */
const followMs = 500;

/** The search projections of this process, opened on demand, the least recently asked closed. */
export class Projections {
  readonly #db: Database;
  readonly #folder: string;
  readonly #storeEpoch: string;
  #claimed: ClaimedFolder | undefined;
  readonly #onCaughtUp: (seconds: number) => void;
  /** In order of use, the most recent last. */
  readonly #open = new Map<string, Projection>();
  /** Those that are brought up to date soon, by their files. */
  readonly #following = new Map<string, NodeJS.Timeout>();

  /**
   * @param folder where the files are; processes that share it have a part of it each.
   * @param onCaughtUp told how long each question waited until its projection was current
   */
  constructor(
    db: Database,
    folder: string,
    storeEpoch: string,
    onCaughtUp: (seconds: number) => void = () => undefined,
  ) {
    this.#onCaughtUp = onCaughtUp;
    this.#db = db;
    this.#folder = folder;
    this.#storeEpoch = storeEpoch;
  }

  /** The projection of a dataset whose existence the caller has checked. */
  of(tenantId: string, datasetId: string): Projection {
    return this.#use(tenantId, `${datasetId}.duckdb`, () =>
      feedChanges(this.#db, tenantId, datasetId, this.#storeEpoch),
    );
  }

  /** That of its scenes: rows are scenes, which have reference ids and metadata to ask about. */
  ofScenes(tenantId: string, datasetId: string): Projection {
    return this.#use(tenantId, `${datasetId}.scenes.duckdb`, () =>
      feedScenes(this.#db, tenantId, datasetId, this.#storeEpoch),
    );
  }

  /** Brings a dataset's projection up to date where there is one: fields may have been taken away from the truth, and nobody may ask for long. */
  follow(tenantId: string, datasetId: string): void {
    const path = join(this.#ownFolder(), tenantId, `${datasetId}.duckdb`);
    clearTimeout(this.#following.get(path));
    const timer = setTimeout(() => {
      this.#following.delete(path);
      // what fails here is tried by whoever asks next
      if (existsSync(path))
        this.of(tenantId, datasetId)
          .current()
          .catch(() => undefined);
    }, followMs);
    this.#following.set(path, timer.unref());
  }

  /** The same while it holds fields that are being taken away; nothing is done for one that holds none. */
  followForgetting(tenantId: string, datasetId: string): void {
    const path = join(this.#ownFolder(), tenantId, `${datasetId}.duckdb`);
    if (this.#following.has(path) || this.#open.get(path)?.isForgetting) this.follow(tenantId, datasetId);
  }

  #use(tenantId: string, name: string, feed: () => TruthFeed): Projection {
    const path = join(this.#ownFolder(), tenantId, name);
    const projection = this.#open.get(path) ?? new Projection(path, feed(), this.#onCaughtUp);
    this.#open.delete(path);
    this.#open.set(path, projection);
    for (const [oldest, idle] of this.#open) {
      if (this.#open.size <= mostOpen) break;
      this.#open.delete(oldest);
      void idle.close();
    }
    return projection;
  }

  /**
   * Removes the files of datasets that are gone: what was deleted must not stay readable beside the truth. Each process looks after its own
   * folder, at its start and when it has deleted.
   */
  async removeGone(): Promise<void> {
    const folder = this.#ownFolder();
    for (const path of await readdir(folder, { recursive: true })) {
      const [tenantId = '', name = ''] = path.split(sep);
      const [datasetId = ''] = name.split('.');
      if (!name.endsWith('.duckdb') || (await this.#isThere(tenantId, datasetId))) continue;
      const file = join(folder, path);
      const open = this.#open.get(file);
      this.#open.delete(file);
      await open?.close();
      await removeProjection(file);
    }
  }

  #ownFolder(): string {
    this.#claimed ??= claimFolder(this.#folder);
    return this.#claimed.path;
  }

  async #isThere(tenantId: string, datasetId: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('datasets')
      .select('id')
      .where('tenant_id', '=', tenantId)
      .where('id', '=', datasetId)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    return row !== undefined;
  }

  async close(): Promise<void> {
    for (const timer of this.#following.values()) clearTimeout(timer);
    this.#following.clear();
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(open.map((projection) => projection.close()));
    this.#claimed?.release();
    this.#claimed = undefined;
  }
}
