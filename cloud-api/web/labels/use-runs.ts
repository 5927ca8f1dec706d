import { isCategorical, labelKinds } from '@nucleus/shared/labels/label-kinds';
import { annotationEndpoints } from '@nucleus/shared/wire/annotations';
import { datasetEndpoints } from '@nucleus/shared/wire/dataset';
import { modelEndpoints } from '@nucleus/shared/wire/models';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { assignColours, type ColourOf } from './class-colours.ts';

export interface Run {
  id: string;
  name: string;
  modelId: string;
}

/** As many runs as are offered, the newest. */
const mostRuns = 12;
const freshMs = 60_000;
const mostClasses = 1_000;
const categorical: ReadonlySet<string> = new Set(labelKinds.filter(isCategorical));

/** The runs of models over a dataset, the newest first. */
export function useRuns(datasetId: string, isWanted = true): UseQueryResult<{ runs: Run[]; total: number }> {
  return useQuery({
    queryKey: ['runs', datasetId],
    queryFn: async ({ signal }) => {
      const ids = await callCloud(datasetEndpoints.listDatasetModelRuns, { params: { datasetId }, signal });
      const newest = ids.toReversed().slice(0, mostRuns);
      const infos = newest.map(async (id): Promise<Run> => {
        const { name, model_id } = await callCloud(modelEndpoints.getModelRunInfo, { params: { runId: id }, signal });
        return { id, name, modelId: model_id };
      });
      return { runs: await Promise.all(infos), total: ids.length };
    },
    enabled: isWanted,
    staleTime: freshMs,
  });
}

/** Colours of the classes of a dataset; until they are known, each class has the one that its name falls on. */
export function useClassColours(datasetId: string, isWanted = true): ColourOf {
  const counts = useQuery({
    queryKey: ['classes', datasetId],
    queryFn: ({ signal }) =>
      callCloud(annotationEndpoints.countLabels, { params: { datasetId }, body: { limit: mostClasses }, signal }),
    enabled: isWanted,
    staleTime: freshMs,
  }).data;
  // categories are words beside the picture
  return useMemo(() => {
    const drawn = (counts?.labels ?? []).filter(({ kind }) => !categorical.has(kind));
    return assignColours(drawn.map(({ label }) => label));
  }, [counts]);
}
