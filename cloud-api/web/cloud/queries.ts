import { failureCode } from '@nucleus/shared/ui/client/call-failure.ts';
import { QueryClient } from '@tanstack/react-query';

export const sessionKey = ['session'] as const;
export const datasetsKey = ['datasets'] as const;
export const agentsKey = ['agents'] as const;
export const itemKey = (datasetId: string, referenceId: string): readonly string[] => ['item', datasetId, referenceId];

const worthRepeating = new Set(['network', 'overloaded', 'not-ready']);

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => failures < 2 && worthRepeating.has(failureCode(error)),
      // The agent may be reachable when the internet is not: the browser's own guess says nothing here.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});
