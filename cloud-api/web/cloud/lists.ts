/** The lists that several pages show, kept fresh while a page is looked at. */
import { type AgentView, agentEndpoints } from '@nucleus/shared/wire/agents';
import { type DatasetView, type FieldView, insightEndpoints } from '@nucleus/shared/wire/insights';
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { callCloud } from './call-cloud.ts';
import { agentsKey, datasetsKey } from './queries.ts';

const refreshMs = 5_000;

/** @param isWanted nothing is asked for while it is false */
export function useDatasets(isWanted = true): UseQueryResult<DatasetView[]> {
  return useQuery({
    queryKey: datasetsKey,
    queryFn: async ({ signal }) => (await callCloud(insightEndpoints.listDatasetViews, { signal })).datasets,
    enabled: isWanted,
    refetchInterval: refreshMs,
  });
}

export function useAgents(): UseQueryResult<AgentView[]> {
  return useQuery({
    queryKey: agentsKey,
    queryFn: async ({ signal }) => (await callCloud(agentEndpoints.listAgents, { signal })).agents,
    refetchInterval: refreshMs,
  });
}

/** The metadata fields of a dataset; asked for again when its number of items changes. */
export function useFields(datasetId: string, length: number): UseQueryResult<FieldView[]> {
  return useQuery({
    queryKey: ['fields', datasetId, length],
    queryFn: async ({ signal }) =>
      (await callCloud(insightEndpoints.listFields, { params: { datasetId }, body: {}, signal })).fields,
    placeholderData: keepPreviousData,
  });
}
