import type { ReplyOf } from '@nucleus/shared/wire/endpoint';
import { insightEndpoints } from '@nucleus/shared/wire/insights';
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { callCloud } from '../cloud/call-cloud.ts';
import type { MapBox } from './map-stand.ts';

type MapCounts = ReplyOf<typeof insightEndpoints.countMap>;

/** Items by place, in buckets of `grain` degrees within a box that is widened to whole buckets, so that small moves ask nothing new. */
export function useMap(datasetId: string, query: string, box: MapBox, grain: number): UseQueryResult<MapCounts> {
  const whole = {
    west: Math.max(-180, Math.floor(box.west / grain) * grain),
    south: Math.max(-90, Math.floor(box.south / grain) * grain),
    east: Math.min(180, Math.ceil(box.east / grain) * grain),
    north: Math.min(90, Math.ceil(box.north / grain) * grain),
  };
  return useQuery({
    queryKey: ['map', datasetId, query, whole, grain],
    queryFn: ({ signal }) =>
      callCloud(insightEndpoints.countMap, {
        params: { datasetId },
        body: { query, box: whole, grain, limit: 2000 },
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}
