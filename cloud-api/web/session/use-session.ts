import { failureCode } from '@nucleus/shared/ui/client/call-failure.ts';
import { type SessionView, sessionEndpoints } from '@nucleus/shared/wire/session';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import { callCloud } from '../cloud/call-cloud.ts';
import { sessionKey } from '../cloud/queries.ts';

export type Session = z.infer<typeof SessionView>;

/** Who is signed in; null when nobody is. */
export function useSession(): UseQueryResult<Session | null> {
  return useQuery({
    queryKey: sessionKey,
    queryFn: async ({ signal }) => {
      try {
        return await callCloud(sessionEndpoints.getSession, { signal });
      } catch (error) {
        if (failureCode(error) === 'unauthenticated') return null;
        throw error;
      }
    },
    staleTime: 60_000,
  });
}
