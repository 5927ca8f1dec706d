/** Groups of near duplicates, for review. */
import { groupNear } from '@nucleus/shared/dedup/group-near';
import { readHashes } from '@nucleus/shared/dedup/hash-list';
import type { DuplicateGroup } from '@nucleus/shared/wire/insights';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { takeTurns } from '../deduplication/take-turns.ts';
import { listHashCandidates } from '../items/list-hashes.ts';
import { listItemsInOrder } from '../items/read-items.ts';
import { toTile } from './page-tiles.ts';

interface FoundGroups {
  /** Places in the dataset; the largest group first, then by first place. */
  groups: readonly (readonly number[])[];
  itemsInGroups: number;
  withoutHash: number;
}

export interface GroupPage {
  threshold: number;
  offset: number;
  limit: number;
  /** Most tiles of one group. */
  members: number;
}

const mostKept = 4;

/**
 * Groups of the datasets that were asked for last, each as of a change number: the pages of one list are cut from one computation, and
 * two who ask at once wait for the same.
 */
export class DuplicateGroups {
  readonly #db: Database;
  /** In order of use, the most recent last. */
  readonly #found = new Map<string, Promise<FoundGroups>>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** A page of groups, current with every write that was answered before. @throws AppError `dataset-not-found` */
  async page(
    tenantId: string,
    datasetId: string,
    page: GroupPage,
  ): Promise<{ total: number; items_in_groups: number; without_hash: number; groups: DuplicateGroup[] }> {
    const { changeNo } = await getDataset(this.#db, tenantId, datasetId);
    const { groups, itemsInGroups, withoutHash } = await this.#find(tenantId, datasetId, changeNo, page.threshold);
    const shown = groups.slice(page.offset, page.offset + page.limit);
    const wanted = shown.flatMap((group) => group.slice(0, page.members));
    const items = await listItemsInOrder(this.#db, tenantId, datasetId, wanted);
    const tiles = new Map(items.map((item) => [item.seq, toTile(item)]));
    return {
      total: groups.length,
      items_in_groups: itemsInGroups,
      without_hash: withoutHash,
      groups: shown.map((group) => ({
        size: group.length,
        tiles: group.slice(0, page.members).flatMap((seq) => tiles.get(seq) ?? []),
      })),
    };
  }

  #find(tenantId: string, datasetId: string, changeNo: number, threshold: number): Promise<FoundGroups> {
    const key = [tenantId, datasetId, changeNo, threshold].join();
    const found = this.#found.get(key) ?? findGroups(this.#db, tenantId, datasetId, threshold);
    this.#found.delete(key);
    this.#found.set(key, found);
    found.catch(() => this.#found.delete(key));
    for (const oldest of this.#found.keys()) {
      if (this.#found.size <= mostKept) break;
      this.#found.delete(oldest);
    }
    return found;
  }
}

async function findGroups(db: Database, tenantId: string, datasetId: string, threshold: number): Promise<FoundGroups> {
  const all = await listHashCandidates(db, tenantId, datasetId);
  const hashed = all.filter(({ phash }) => phash !== null);
  const steps = groupNear(readHashes(hashed.map(({ phash }) => phash ?? '')), threshold);
  const groups = await takeTurns(steps, hashed.length, {});
  return {
    groups: groups.map((group) => Array.from(group, (place) => hashed[place]?.seq as number)),
    itemsInGroups: groups.reduce((sum, group) => sum + group.length, 0),
    withoutHash: all.length - hashed.length,
  };
}
