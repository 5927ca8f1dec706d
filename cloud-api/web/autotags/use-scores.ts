import { type Autotag, autotagEndpoints } from '@nucleus/shared/wire/autotags';
import { insightEndpoints } from '@nucleus/shared/wire/insights';
import type { Tile } from '@nucleus/shared/wire/tile';
import {
  type InfiniteData,
  keepPreviousData,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import { callCloud } from '../cloud/call-cloud.ts';
import { scoreField } from './use-autotags.ts';

/** Bins of the histogram from -1 to 1. */
const bins = 40;
const pageLength = 60;

export interface ScoredTile {
  tile: Tile;
  score: number;
}
export type ScoreOrder = 'surest' | 'nearest';

const isTrained = ({ status }: Autotag): boolean => status === 'Completed';

/** How many items have which score. */
export function useHistogram(
  datasetId: string,
  autotag: Autotag,
): UseQueryResult<{ bins: readonly number[]; missing: number }> {
  const field = scoreField(autotag.name);
  return useQuery({
    queryKey: ['autotag-scores', datasetId, autotag.name],
    queryFn: async ({ signal }) => {
      const body = { fields: [field.name], bins, span: { min: -1, max: 1 } };
      const { histograms } = await callCloud(insightEndpoints.countHistogram, { params: { datasetId }, body, signal });
      return { bins: histograms[0]?.bins ?? [], missing: histograms[0]?.missing ?? 0 };
    },
    enabled: isTrained(autotag),
    placeholderData: keepPreviousData,
  });
}

/** How many items are tagged at a threshold. */
export function useTaggedCount(datasetId: string, autotag: Autotag, threshold: number): UseQueryResult<number> {
  const query = taggedQuery(autotag.name, threshold);
  return useQuery({
    queryKey: ['autotag-scores', datasetId, 'count', query],
    queryFn: async ({ signal }) =>
      (
        await callCloud(insightEndpoints.pageTiles, {
          params: { datasetId },
          body: { offset: 0, limit: 1, query },
          signal,
        })
      ).total,
    enabled: isTrained(autotag),
    placeholderData: keepPreviousData,
  });
}

/** Tagged items with their scores, page by page. */
export function useTagged(
  datasetId: string,
  autotag: Autotag,
  threshold: number,
  order: ScoreOrder,
): UseInfiniteQueryResult<InfiniteData<{ total: number; items: ScoredTile[] }>> {
  const field = scoreField(autotag.name).name;
  return useInfiniteQuery({
    queryKey: ['autotag-items', datasetId, autotag.name, threshold, order],
    queryFn: async ({ pageParam, signal }) => {
      const { total, tiles } = await callCloud(insightEndpoints.pageTiles, {
        params: { datasetId },
        body: {
          offset: pageParam,
          limit: pageLength,
          query: taggedQuery(autotag.name, threshold),
          sort: { field, descending: order === 'surest' },
          fields: [field],
        },
        signal,
      });
      return { total, items: tiles.map((tile): ScoredTile => ({ tile, score: Number(tile.m?.[0] ?? 0) })) };
    },
    initialPageParam: 0,
    getNextPageParam: (last, pages) => (pages.length * pageLength < last.total ? pages.length * pageLength : undefined),
    enabled: isTrained(autotag),
    placeholderData: keepPreviousData,
  });
}

/** Reference ids of the positive examples. */
export function useExamples(datasetId: string, name: string): UseQueryResult<ReadonlySet<string>> {
  return useQuery({
    queryKey: ['autotag-examples', datasetId, name],
    queryFn: async ({ signal }) => {
      const { autotagPositiveTrainingItems: items } = await callCloud(autotagEndpoints.listTrainingItems, {
        params: { datasetId, autotagName: name },
        signal,
      });
      return new Set(items.map(({ ref_id }) => ref_id));
    },
  });
}

/** The query that finds what an autotag tags at a threshold. */
export function taggedQuery(name: string, threshold: number): string {
  return `${scoreField(name).spelled} >= ${threshold}`;
}
