import { datasetEndpoints } from '@nucleus/shared/wire/dataset';
import { insightEndpoints } from '@nucleus/shared/wire/insights';
import type { Tile } from '@nucleus/shared/wire/tile';
import { keepPreviousData, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { itemKey } from '../cloud/queries.ts';
import { type LabelView, readLabels, truthLayer } from '../labels/label-views.ts';
import { readCuboids, type SpaceLabel } from '../labels/project-labels.ts';
import { queryOf } from '../select/chosen.ts';
import type { Sensor } from './frames.ts';

export interface FrameContent {
  /** How the pictures of the frame are drawn, by reference id. */
  tiles: ReadonlyMap<string, Tile>;
  /** Annotations by reference id of their item. */
  labels: ReadonlyMap<string, readonly LabelView[]>;
  /** Those with a place in space. */
  cuboids: readonly SpaceLabel[];
  isPending: boolean;
  error: Error | null;
}

const aheadFrames = 3;
const keptMs = 60_000;

/** Pictures and annotations of a frame; those of the next frames are asked for as well. */
export function useFrame(datasetId: string, frames: readonly Sensor[][], at: number): FrameContent {
  const client = useQueryClient();
  const tilesOf = (frame: readonly Sensor[]) => {
    const query = queryOf({ reference_ids: frame.map(({ item }) => item.reference_id) });
    return {
      queryKey: ['frame', datasetId, query],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (
          await callCloud(insightEndpoints.pageTiles, {
            params: { datasetId },
            body: { offset: 0, limit: Math.max(1, frame.length), query },
            signal,
          })
        ).tiles,
      staleTime: keptMs,
    };
  };
  const labelsOf = (referenceId: string) => ({
    queryKey: itemKey(datasetId, referenceId),
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      callCloud(datasetEndpoints.getItemByReference, { params: { datasetId, referenceId }, signal }),
    staleTime: keptMs,
  });
  const sensors = frames[at] ?? [];
  const tiles = useQuery({ ...tilesOf(sensors), enabled: sensors.length > 0, placeholderData: keepPreviousData });
  const items = useQueries({ queries: sensors.map(({ item }) => labelsOf(item.reference_id)) });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the frame alone decides what comes next
  useEffect(() => {
    for (const frame of frames.slice(at + 1, at + 1 + aheadFrames)) {
      void client.prefetchQuery(tilesOf(frame));
      for (const { item } of frame) void client.prefetchQuery(labelsOf(item.reference_id));
    }
  }, [at, frames.length, datasetId]);
  const labels = new Map(
    sensors.map(({ item }, place) => [
      item.reference_id,
      readLabels(items[place]?.data?.annotations ?? {}, truthLayer),
    ]),
  );
  const cuboids = sensors.flatMap((_, place) => readCuboids(items[place]?.data?.annotations ?? {}));
  return {
    tiles: new Map((tiles.data ?? []).map((tile) => [tile.ref, tile])),
    labels,
    cuboids,
    isPending: items.some((item) => item.isPending),
    error: tiles.error ?? items.find(({ error }) => error !== null)?.error ?? null,
  };
}
