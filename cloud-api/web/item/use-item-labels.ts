import { datasetEndpoints } from '@nucleus/shared/wire/dataset';
import { modelEndpoints } from '@nucleus/shared/wire/models';
import { predictionEndpoints } from '@nucleus/shared/wire/predictions';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { isSure, type LabelView, readLabels } from './label-views.ts';

export interface ItemLabels {
  annotations: readonly LabelView[];
  /** Of the newest run over the dataset. */
  predictions: readonly LabelView[];
  /** Name of that run. */
  run: string | undefined;
  /** Those that are neither hidden nor below the least confidence. */
  shown: readonly LabelView[];
  hidden: ReadonlySet<string>;
  toggle: (id: string) => void;
  least: number;
  setLeast: (least: number) => void;
  isPending: boolean;
  error: Error | null;
}

/** @param isWanted predictions are asked for once they are looked at */
export function useItemLabels(
  datasetId: string,
  referenceId: string,
  grouped: Readonly<Record<string, readonly unknown[]>> | undefined,
  isWanted: boolean,
): ItemLabels {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [least, setLeast] = useState(0.5);
  const newest = useQuery({
    queryKey: ['newest-run', datasetId],
    queryFn: async ({ signal }) => {
      const runs = await callCloud(datasetEndpoints.listDatasetModelRuns, { params: { datasetId }, signal });
      const runId = runs.at(-1);
      if (runId === undefined) return null;
      return { runId, ...(await callCloud(modelEndpoints.getModelRunInfo, { params: { runId }, signal })) };
    },
    enabled: isWanted,
  });
  const runId = newest.data?.runId;
  const predicted = useQuery({
    queryKey: ['predictions', runId, referenceId],
    queryFn: ({ signal }) =>
      callCloud(predictionEndpoints.getRunItemByReference, { params: { runId: runId ?? '', referenceId }, signal }),
    enabled: isWanted && runId !== undefined,
  });
  const annotations = useMemo(() => readLabels(grouped ?? {}), [grouped]);
  const predictions = useMemo(() => readLabels(predicted.data?.annotations ?? {}), [predicted.data]);
  return {
    annotations,
    predictions,
    run: newest.data?.name,
    shown: [...annotations, ...predictions].filter((label) => !hidden.has(label.id) && isSure(label, least)),
    hidden,
    toggle: (id) =>
      setHidden((before) => {
        const after = new Set(before);
        if (!after.delete(id)) after.add(id);
        return after;
      }),
    least,
    setLeast,
    isPending: isWanted && (newest.isPending || (runId !== undefined && predicted.isPending)),
    error: newest.error ?? predicted.error,
  };
}
