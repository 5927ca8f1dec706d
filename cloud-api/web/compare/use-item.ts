import { datasetEndpoints } from '@nucleus/shared/wire/dataset';
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { callCloud } from '../cloud/call-cloud.ts';
import { itemKey } from '../cloud/queries.ts';

/** An item by its reference id; nothing is asked for an empty one. */
export function useItem(datasetId: string, referenceId: string): UseQueryResult<DatasetItem> {
  return useQuery({
    queryKey: itemKey(datasetId, referenceId),
    enabled: referenceId !== '',
    queryFn: ({ signal }) =>
      callCloud(datasetEndpoints.getItemByReference, { params: { datasetId, referenceId }, signal }),
    select: ({ item }) => item,
  });
}
