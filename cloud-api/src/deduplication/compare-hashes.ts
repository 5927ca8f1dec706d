import { groupNear } from '@nucleus/shared/dedup/group-near';
import { orderByHash } from '@nucleus/shared/dedup/hash-list';
import { walkUnique } from '@nucleus/shared/dedup/walk-unique';
import type { Compared, CompareTask } from './compare-messages.ts';

/** Compares in steps of a few milliseconds. @yields how many hashes are done */
export function* compareHashes(task: CompareTask): Generator<number, Compared> {
  if (task.kind === 'groups') return joined(yield* groupNear(task, task.threshold));
  const order = orderByHash(task, (a, b) => compareIds(task, a, b));
  return joined([Uint32Array.from(yield* walkUnique(task, order, task.threshold))]);
}

function joined(groups: readonly Uint32Array[]): Compared {
  const starts = new Uint32Array(groups.length + 1);
  for (const [at, group] of groups.entries()) starts[at + 1] = (starts[at] as number) + group.length;
  const places = new Uint32Array(starts.at(-1) ?? 0);
  for (const [at, group] of groups.entries()) places.set(group, starts[at]);
  return { places, starts };
}

function compareIds({ ids, idBytes }: CompareTask, a: number, b: number): number {
  for (let at = 0; at < idBytes; at++) {
    const difference = (ids[a * idBytes + at] as number) - (ids[b * idBytes + at] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
