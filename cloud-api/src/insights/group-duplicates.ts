/** Groups of near duplicates, for review. */
import { groupNear } from '@nucleus/shared/dedup/group-near';
import { readHashes } from '@nucleus/shared/dedup/hash-list';
import type { DuplicateGroup, Tile } from '@nucleus/shared/wire/insights';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { takeTurns } from '../deduplication/take-turns.ts';
import { listHashCandidates } from '../items/list-hashes.ts';
import { listItemsInOrder } from '../items/read-items.ts';
import type { PlacedItem } from '../items/rules.ts';
import { findItemsAfter } from '../search/find-items.ts';
import type { Projections } from '../search/projections.ts';
import { readQuery } from '../search/read-query.ts';
import { toTiles } from './page-tiles.ts';

interface FoundGroups {
  /** Places in the dataset; the largest group first, then by first place. */
  groups: readonly (readonly number[])[];
  withoutHash: number;
}

export interface GroupPage {
  threshold: number;
  offset: number;
  limit: number;
  /** Most tiles of one group. */
  members: number;
  /** Groups whose items all meet this query are left out. */
  decided?: string | undefined;
}

const mostKept = 4;

/**
 * Groups of the datasets that were asked for last, each as of a change number: the pages of one list are cut from one computation, and
 * two who ask at once wait for the same.
 */
export class DuplicateGroups {
  readonly #db: Database;
  readonly #projections: Projections;
  /** In order of use, the most recent last. */
  readonly #found = new Map<string, Promise<FoundGroups>>();

  constructor(db: Database, projections: Projections) {
    this.#db = db;
    this.#projections = projections;
  }

  /**
   * A page of groups, current with every write that was answered before.
   * @throws AppError `dataset-not-found`, `invalid-request` for a bad query
   */
  async page(
    tenantId: string,
    datasetId: string,
    page: GroupPage,
  ): Promise<{
    total: number;
    decided: number;
    items_in_groups: number;
    without_hash: number;
    groups: DuplicateGroup[];
  }> {
    const { changeNo } = await getDataset(this.#db, tenantId, datasetId);
    const found = await this.#find(tenantId, datasetId, changeNo, page.threshold);
    const groups = await this.#undecided(tenantId, datasetId, found.groups, page.decided);
    const shown = groups.slice(page.offset, page.offset + page.limit);
    const wanted = shown.flatMap((group) => group.slice(0, page.members));
    const items = await listItemsInOrder(this.#db, tenantId, datasetId, wanted);
    const tiles = await toTiles(this.#db, tenantId, datasetId, items);
    const bySeq = new Map(items.map((item, at) => [item.seq, { ...(tiles[at] as Tile), ...tellingFacts(item) }]));
    return {
      total: groups.length,
      decided: found.groups.length - groups.length,
      items_in_groups: groups.reduce((sum, group) => sum + group.length, 0),
      without_hash: found.withoutHash,
      groups: shown.map((group) => ({
        size: group.length,
        tiles: group.slice(0, page.members).flatMap((seq) => bySeq.get(seq) ?? []),
      })),
    };
  }

  async #undecided(
    tenantId: string,
    datasetId: string,
    groups: FoundGroups['groups'],
    decided: string | undefined,
  ): Promise<FoundGroups['groups']> {
    if (decided === undefined || decided.trim() === '') return groups;
    const find = { condition: readQuery(decided) };
    const projection = this.#projections.of(tenantId, datasetId);
    const seqs = new Set(await findItemsAfter(projection, find, { afterSeq: -1, limit: 2 ** 31 }));
    return groups.filter((group) => !group.every((seq) => seqs.has(seq)));
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

/** What tells which of two alike pictures to keep. */
function tellingFacts(item: PlacedItem): Omit<DuplicateGroup['tiles'][number], keyof Tile> {
  const agents = item.agentMetadata === null ? {} : (JSON.parse(item.agentMetadata) as Record<string, unknown>);
  const facts = { ...(JSON.parse(item.userMetadata) as Record<string, unknown>), ...agents };
  const { content_hash, byte_size, capture_local, sharpness } = facts;
  return {
    hash: BigInt(`0b${item.phash ?? '0'}`)
      .toString(16)
      .padStart(16, '0'),
    ...(typeof content_hash === 'string' ? { content_hash } : {}),
    ...(typeof byte_size === 'number' ? { byte_size } : {}),
    ...(typeof capture_local === 'string' ? { capture_local } : {}),
    ...(typeof sharpness === 'number' ? { sharpness } : {}),
    fields: Object.keys(facts).length,
  };
}

async function findGroups(db: Database, tenantId: string, datasetId: string, threshold: number): Promise<FoundGroups> {
  const all = await listHashCandidates(db, tenantId, datasetId);
  const hashed = all.filter(({ phash }) => phash !== null);
  const steps = groupNear(readHashes(hashed.map(({ phash }) => phash ?? '')), threshold);
  const groups = await takeTurns(steps, hashed.length, {});
  return {
    groups: groups.map((group) => Array.from(group, (place) => hashed[place]?.seq as number)),
    withoutHash: all.length - hashed.length,
  };
}
