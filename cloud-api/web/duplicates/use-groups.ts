import type { ReplyOf } from '@nucleus/shared/wire/endpoint';
import { type DuplicateGroup, insightEndpoints } from '@nucleus/shared/wire/insights';
import { type InfiniteData, type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query';
import { callCloud } from '../cloud/call-cloud.ts';
import { archiveTag, keepTag } from './decide.ts';

type GroupPage = ReplyOf<typeof insightEndpoints.groupDuplicates>;

const pageSize = 20;
const largePage = 100;

/** The query that decided items meet, of the tags that are there: one that nobody has used yet cannot be asked for. */
export function decidedQuery(tags: readonly string[]): string {
  const known = [keepTag, archiveTag].filter((tag) => tags.includes(tag));
  return known.length === 0 ? '' : `tag IN (${known.map((tag) => `"${tag}"`).join(', ')})`;
}

/** Groups that wait for a decision, a page at a time. */
export function useGroups(
  datasetId: string,
  threshold: number,
  decided: string | undefined,
): UseInfiniteQueryResult<InfiniteData<GroupPage>> {
  return useInfiniteQuery({
    queryKey: ['groups', datasetId, threshold, decided],
    enabled: decided !== undefined,
    initialPageParam: 0,
    queryFn: ({ pageParam, signal }) =>
      callCloud(insightEndpoints.groupDuplicates, {
        params: { datasetId },
        body: { threshold, offset: pageParam, limit: pageSize, ...(decided === undefined ? {} : { decided }) },
        signal,
      }),
    getNextPageParam: (last, pages) => {
      const loaded = pages.reduce((sum, page) => sum + page.groups.length, 0);
      return last.groups.length === 0 || loaded >= last.total ? undefined : loaded;
    },
    placeholderData: (before) => before,
  });
}

/** Every group that waits for a decision. @param onProgress told how many have come, of how many */
export async function allGroups(
  datasetId: string,
  threshold: number,
  decided: string,
  signal: AbortSignal,
  onProgress: (loaded: number, total: number) => void,
): Promise<DuplicateGroup[]> {
  const groups: DuplicateGroup[] = [];
  for (;;) {
    const page = await callCloud(insightEndpoints.groupDuplicates, {
      params: { datasetId },
      body: { threshold, offset: groups.length, limit: largePage, members: 200, decided },
      signal,
    });
    groups.push(...page.groups);
    onProgress(groups.length, page.total);
    if (page.groups.length === 0 || groups.length >= page.total) return groups;
  }
}
