import { type GridStand, storedStand, storeStand } from '@nucleus/shared/ui/grid/grid-view.ts';
import { useCallback, useRef, useState } from 'react';

export interface Stand extends GridStand {
  /** Tells grids apart: one per dataset, query and order. */
  name: string;
}

/** Where the grid of a find stands; kept for the session, so that going back finds the place again. */
export function useStand(name: string): { stand: Stand; keep: (change: Partial<GridStand>, of?: string) => void } {
  const [stand, setStand] = useState<Stand>(() => ({ name, ...storedStand(name) }));
  const latest = useRef(stand);
  const now = stand.name === name ? stand : { name, ...storedStand(name) };
  if (now !== stand) setStand(now);
  latest.current = now;
  const keep = useCallback((change: Partial<GridStand>, of?: string) => {
    if (of !== undefined && of !== latest.current.name) {
      // a grid that was left tells where it stood after the next one has come
      storeStand(of, { ...storedStand(of), ...change });
      return;
    }
    const { name: own, ...rest } = { ...latest.current, ...change };
    latest.current = { name: own, ...rest };
    storeStand(own, rest);
    setStand(latest.current);
  }, []);
  return { stand: now, keep };
}
