import { datasetEndpoints } from '@nucleus/shared/wire/dataset';
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import { type FrameItem, type Scene, sceneEndpoints } from '@nucleus/shared/wire/scenes';
import { useQueries, useQuery } from '@tanstack/react-query';
import { callCloud } from '../cloud/call-cloud.ts';
import { itemKey } from '../cloud/queries.ts';
import type { LabelView } from './label-views.ts';
import { readCamera } from './project-cuboid.ts';
import { projectLabels, readCuboids } from './project-labels.ts';

const keptMs = 60_000;

/** The cuboids of the frame that an item is of, where its camera sees them; nothing for an item without a camera or a size. */
export function useFrameCuboids(datasetId: string, item: DatasetItem | undefined, isWanted: boolean): LabelView[] {
  const camera = item === undefined ? undefined : readCamera(item.metadata);
  const referenceId = item?.reference_id ?? '';
  const scene = useQuery({
    queryKey: ['scene-of', datasetId, referenceId],
    queryFn: ({ signal }) =>
      callCloud(sceneEndpoints.getScene, {
        params: { datasetId, sceneRef: referenceId },
        query: { from_item: '1' },
        signal,
      }),
    enabled: isWanted && camera !== undefined,
    staleTime: keptMs,
    retry: false,
  }).data;
  const clouds = scene === undefined ? [] : cloudsBeside(scene, referenceId);
  const items = useQueries({
    queries: clouds.map(({ reference_id: cloudRef }) => ({
      queryKey: itemKey(datasetId, cloudRef),
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        callCloud(datasetEndpoints.getItemByReference, { params: { datasetId, referenceId: cloudRef }, signal }),
      staleTime: keptMs,
    })),
  });
  if (camera === undefined || !item?.width || !item.height) return [];
  const size = { width: item.width, height: item.height };
  return items.flatMap(({ data }) =>
    data === undefined ? [] : projectLabels(readCuboids(data.annotations), camera, size),
  );
}

/** Point clouds of the frame that an item is of. */
function cloudsBeside({ frames }: Scene, referenceId: string): FrameItem[] {
  for (const frame of frames) {
    const items = Object.values(frame) as FrameItem[];
    if (items.some((item) => item?.reference_id === referenceId))
      return items.filter((item) => item.pointcloud_url !== undefined);
  }
  return [];
}
