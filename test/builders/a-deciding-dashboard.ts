/** A dashboard over items of which some look alike, and what tests of deciding ask of it and of its cloud. */
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { send } from '../contract/send.ts';
import { type ADashboard, aDashboard, type Item, yardItems } from './a-dashboard.ts';
import { eventually } from './eventually.ts';

export interface ADecidingDashboard extends ADashboard {
  items: readonly Item[];
  /** What the browser complained of on pages that {@link openDataset} opened. */
  complaints: readonly string[];
  /** Opens a page of the dataset, signed in. @param path behind the dataset's own address */
  openDataset: (path?: string) => Promise<Page>;
  /** Reference ids that meet a query, asked of the cloud itself. */
  found: (query: string) => Promise<string[]>;
  /** Waits until a query finds that many. */
  holds: (query: string, count: number) => Promise<void>;
  refOf: (at: number) => string;
}

const hash = (...bits: number[]): string =>
  Array.from({ length: 64 }, (_, at) => (bits.includes(at) ? '1' : '0')).join('');
/** Three groups of two: copies 0 bits, 1 bit and 3 bits apart, the second of each larger. */
const pairs = [
  [hash(1), hash(1)],
  [hash(20, 21, 22, 23, 24, 25), hash(20, 21, 22, 23, 24)],
  [hash(40, 41, 42, 43, 44, 45, 46), hash(43, 44, 45, 46)],
];

/** Items of a yard, the first six of them three pairs that look alike. */
export function pairedItems(length: number): Item[] {
  const items = yardItems(length);
  for (const [at, pair] of pairs.entries()) {
    for (const [side, phash] of pair.entries()) {
      const item = items[at * 2 + side];
      if (item !== undefined) Object.assign(item, { phash, width: 400 * (side + 1), height: 300 * (side + 1) });
    }
  }
  return items;
}

export async function aDecidingDashboard(
  browser: Browser,
  items: readonly Item[],
  options: Parameters<typeof aDashboard>[2] = {},
): Promise<ADecidingDashboard> {
  const dashboard = await aDashboard(browser, items, options);
  const { cloud, datasetId } = dashboard;
  const complaints: string[] = [];
  const found = async (query: string): Promise<string[]> => {
    const body = { offset: 0, limit: 500, query };
    const answer = await send(`${cloud.url}/v1/insights/${datasetId}/tiles`, { key: cloud.adminKey, body });
    return answer.body.tiles?.map((tile: { ref: string }) => tile.ref) ?? [];
  };
  return {
    ...dashboard,
    items,
    complaints,
    openDataset: async (path = '') => {
      const page = await dashboard.open(`/d/${datasetId}${path}`);
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      return page;
    },
    found,
    holds: async (query, count) => {
      let seen: number | undefined;
      await eventually(`${query} to find ${count}`, 15_000, async () => {
        seen = (await found(query)).length;
        return seen === count ? true : undefined;
      }).catch(() => undefined);
      expect({ query, seen }).toEqual({ query, seen: count });
    },
    refOf: (at) => items[at]?.reference_id ?? '',
  };
}
