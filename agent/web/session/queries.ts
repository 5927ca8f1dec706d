import { failureCode } from '@nucleus/shared/ui/client/call-failure.ts';
import { QueryClient } from '@tanstack/react-query';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      retry: (failures, error) => failures < 2 && failureCode(error) === 'network',
      // This page works without internet: the browser's idea of being online says nothing about the agent.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});
