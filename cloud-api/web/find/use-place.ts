import { insightEndpoints } from '@nucleus/shared/wire/insights';
import { useQuery } from '@tanstack/react-query';
import { callCloud } from '../cloud/call-cloud.ts';
import type { Find } from '../route.ts';

/** Where an item stands in a find: null when it is not in it, undefined until that is known. */
export function usePlace(datasetId: string, find: Find, referenceId: string | undefined): number | null | undefined {
  return useQuery({
    queryKey: ['place', datasetId, find, referenceId],
    queryFn: async ({ signal }) => {
      const body = { query: find.query, sort: find.sort, reference_id: referenceId ?? '' };
      return (await callCloud(insightEndpoints.findPlace, { params: { datasetId }, body, signal })).place;
    },
    enabled: referenceId !== undefined,
  }).data;
}
