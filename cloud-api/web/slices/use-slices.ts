import { type SliceView, sliceEditEndpoints } from '@nucleus/shared/wire/slice-edits';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { callCloud } from '../cloud/call-cloud.ts';
import { queries } from '../cloud/queries.ts';

const whileFilledMs = 1_000;

/** The slices of a dataset, oldest first; asked for again while a job fills one. */
export function useSlices(datasetId: string): UseQueryResult<SliceView[]> {
  return useQuery({
    queryKey: ['slices', datasetId],
    queryFn: async ({ signal }) =>
      (await callCloud(sliceEditEndpoints.listSliceViews, { params: { datasetId }, signal })).slices,
    refetchInterval: ({ state }) => (state.data?.some((slice) => slice.pending_job_count > 0) ? whileFilledMs : false),
  });
}

export function refreshSlices(datasetId: string): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['slices', datasetId] });
}
