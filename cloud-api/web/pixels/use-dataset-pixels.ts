import { useEffect, useMemo } from 'react';
import { useAgents, useDatasets } from '../cloud/lists.ts';
import type { AgentPixels } from './agent-pixels.ts';
import { agentsOfDataset, DatasetPixels, noteHeartbeats } from './dataset-pixels.ts';

/** The pixels of a dataset, and the agents they come from, each once. Stays the same while the lists say the same. */
export function useDatasetPixels(datasetId: string): { pixels: DatasetPixels; agents: readonly AgentPixels[] } {
  const sources = useDatasets().data?.find((view) => view.dataset_id === datasetId)?.sources ?? [];
  const agents = useAgents().data ?? [];
  useEffect(() => noteHeartbeats(agents), [agents]);
  // The lists come anew every few seconds; the pixels change only with what is in them.
  const wiring = JSON.stringify([sources, agents.map((agent) => [agent.agent_id, agent.public_url, agent.approved])]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: wiring stands for both lists
  return useMemo(() => {
    const byAlias = agentsOfDataset(sources, agents);
    return { pixels: new DatasetPixels(byAlias), agents: [...new Set(byAlias.values())] };
  }, [wiring]);
}
