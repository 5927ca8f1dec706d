import type { ReplyOf } from '@nucleus/shared/wire/endpoint';
import { localEndpoints } from '@nucleus/shared/wire/local';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { callAgent } from '../session/viewer-session.ts';

export type Overview = ReplyOf<typeof localEndpoints.getOverview>;

/** Sources with their states and counts, kept fresh. */
export function useOverview(): UseQueryResult<Overview> {
  return useQuery({
    queryKey: ['overview'],
    queryFn: ({ signal }) => callAgent(localEndpoints.getOverview, { signal }),
    refetchInterval: 3_000,
  });
}
