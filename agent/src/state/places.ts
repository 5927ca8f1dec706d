import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Lookups, PlacedItem } from './lookups.ts';

/**
 * Finds the n-th catalogued file without counting from the first: for each source the path of every 2,048th file is kept as an
 * anchor, so a page skips at most 2,047 entries of one index. Anchors are laid anew when the catalogue changed, a few milliseconds
 * at a time and for at most a twentieth of the time; while files come and go a page may stand a few places off.
 */
export interface Places {
  /** A page of catalogued files ordered by source (as given) and path; `total` is their number. */
  page(sourceNos: readonly number[], offset: number, limit: number): Promise<{ total: number; items: PlacedItem[] }>;
}

interface Anchors {
  total: number;
  /** Path of each file whose place is a multiple of {@link step}. */
  paths: Buffer[];
}

const step = 2048;
const sliceMs = 5;
const start = Buffer.alloc(0);

/** @param nowMs a monotonic clock. */
export function keepPlaces(lookups: Lookups, nowMs: () => number): Places {
  const known = new Map<number, { anchors: Anchors; stamp: string; at: number; tookMs: number }>();
  const laying = new Map<number, Promise<Anchors>>();

  const lay = async (sourceNo: number): Promise<Anchors> => {
    const stamp = lookups.changeStamp();
    const at = nowMs();
    const paths: Buffer[] = [];
    let total = 0;
    let sliceEnds = at + sliceMs;
    for (let path = lookups.pathAfter(sourceNo, start, 0); path; ) {
      paths.push(path);
      const next = lookups.pathAfter(sourceNo, path, step);
      total += next ? step : lookups.countFrom(sourceNo, path);
      path = next;
      if (nowMs() > sliceEnds) {
        await nextTurn();
        sliceEnds = nowMs() + sliceMs;
      }
    }
    const anchors = { total, paths };
    known.set(sourceNo, { anchors, stamp, at: nowMs(), tookMs: nowMs() - at });
    return anchors;
  };

  const anchorsOf = (sourceNo: number): Anchors | Promise<Anchors> => {
    const last = known.get(sourceNo);
    if (last && (last.stamp === lookups.changeStamp() || isTooSoon(last, nowMs()))) return last.anchors;
    let pending = laying.get(sourceNo);
    if (!pending) {
      pending = lay(sourceNo).finally(() => laying.delete(sourceNo));
      laying.set(sourceNo, pending);
    }
    // a large catalogue that keeps changing answers from the anchors it has
    if (last && last.tookMs > 2 * sliceMs) {
      pending.catch(() => undefined);
      return last.anchors;
    }
    return pending;
  };

  return {
    async page(sourceNos, offset, limit) {
      const items: PlacedItem[] = [];
      let total = 0;
      for (const sourceNo of sourceNos) {
        const anchors = await anchorsOf(sourceNo);
        const at = Math.max(0, offset - total);
        const wanted = limit - items.length;
        if (wanted > 0 && offset < total + anchors.total && at < anchors.total) {
          const anchor = anchors.paths[Math.floor(at / step)];
          if (anchor) items.push(...lookups.listFrom(sourceNo, anchor, at % step, wanted));
        }
        total += anchors.total;
      }
      return { total, items };
    },
  };
}

function isTooSoon(last: { at: number; tookMs: number }, now: number): boolean {
  return last.tookMs > sliceMs && now - last.at < 20 * last.tookMs;
}
