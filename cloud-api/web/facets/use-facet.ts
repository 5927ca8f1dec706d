import { withoutChoice } from '@nucleus/shared/query/facet-choice';
import { type FacetView, type HistogramView, insightEndpoints } from '@nucleus/shared/wire/insights';
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { type RefObject, useEffect, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import type { Bins } from './brush.ts';

/** Whether an element has come near the screen; stays true. */
export function useSeen(element: RefObject<HTMLElement | null>): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    if (element.current === null) return;
    const watcher = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
    });
    watcher.observe(element.current);
    return () => watcher.disconnect();
  }, [element]);
  return isSeen;
}

/** Counts of a field's values under everything else that the query asks for. The counts before stay until the new ones come. */
export function useValues(
  datasetId: string,
  query: string,
  field: string,
  limit: number,
  isWanted: boolean,
): UseQueryResult<FacetView | undefined> {
  const others = withoutChoice(query, field);
  return useQuery({
    queryKey: ['facet', datasetId, field, others, limit],
    queryFn: async ({ signal }) => {
      const body = { query: others, fields: [field], limit };
      return (await callCloud(insightEndpoints.countFacets, { params: { datasetId }, body, signal })).facets[0];
    },
    enabled: isWanted,
    placeholderData: keepPreviousData,
  });
}

/** Distribution of a number field under everything else that the query asks for. */
export function useHistogram(
  datasetId: string,
  query: string,
  field: string,
  bins: Bins,
  isWanted: boolean,
): UseQueryResult<HistogramView | undefined> {
  const others = withoutChoice(query, field);
  return useQuery({
    queryKey: ['histogram', datasetId, field, others, bins],
    queryFn: async ({ signal }) => {
      const span = { min: bins.min, max: bins.max };
      const body = { query: others, fields: [field], bins: bins.count, span };
      return (await callCloud(insightEndpoints.countHistogram, { params: { datasetId }, body, signal })).histograms[0];
    },
    enabled: isWanted,
    placeholderData: keepPreviousData,
  });
}
