/** The lists that several pages show, kept fresh while a page is looked at. */
import { type AgentView, agentEndpoints } from '@nucleus/shared/wire/agents';
import { type DatasetView, insightEndpoints } from '@nucleus/shared/wire/insights';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { callCloud } from './call-cloud.ts';
import { agentsKey, datasetsKey } from './queries.ts';

const refreshMs = 5_000;

export function useDatasets(): UseQueryResult<DatasetView[]> {
  return useQuery({
    queryKey: datasetsKey,
    queryFn: async ({ signal }) => (await callCloud(insightEndpoints.listDatasetViews, { signal })).datasets,
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
