import { useCallback, useMemo } from 'react';
import { navigate, useSearch } from 'wouter/use-browser-location';
import { datasetPath, type Find, itemPath, readFind } from '../route.ts';

export interface FindState {
  find: Find;
  /** Goes to another find; the open item stays open. `replace` leaves no step to go back to. */
  change: (next: Find, replace?: boolean) => void;
}

/** What the address looks for: the address alone holds it, so that back, forward and a shared link restore it. */
export function useFind(datasetId: string, referenceId: string | undefined): FindState {
  const search = useSearch();
  const find = useMemo(() => readFind(search), [search]);
  const change = useCallback(
    (next: Find, replace = false) => {
      const path = referenceId === undefined ? datasetPath(datasetId, next) : itemPath(datasetId, referenceId, next);
      if (path !== location.pathname + location.search) navigate(path, { replace });
    },
    [datasetId, referenceId],
  );
  return { find, change };
}
