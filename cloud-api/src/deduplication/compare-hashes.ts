import { groupNear } from '@nucleus/shared/dedup/group-near';
import { orderByHash } from '@nucleus/shared/dedup/hash-list';
import { walkUnique } from '@nucleus/shared/dedup/walk-unique';
import type { Compared, CompareTask } from './compare-messages.ts';

/** Compares in steps of a few milliseconds. @yields how many hashes are done */
export function* compareHashes(task: CompareTask): Generator<number, Compared> {
  const { ids } = task;
  if (task.kind === 'groups') return { ...(yield* groupNear(task, task.threshold)), ids };
  const order = orderByHash(task, (a, b) => compareIds(task, a, b));
  const places = Uint32Array.from(yield* walkUnique(task, order, task.threshold));
  return { places, starts: Uint32Array.of(0, places.length), ids };
}

function compareIds({ ids, idBytes }: CompareTask, a: number, b: number): number {
  for (let at = 0; at < idBytes; at++) {
    const difference = (ids[a * idBytes + at] as number) - (ids[b * idBytes + at] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
