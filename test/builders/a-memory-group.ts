/** A group of processes with little memory, as containers have one: whoever takes more is killed by the kernel. */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';

const root = '/sys/fs/cgroup/memory';

export interface MemoryGroup {
  /** Words that run a command in the group. */
  within: string[];
  /** How many processes the kernel has killed in it. */
  killed: () => number;
  /** When nothing runs in it any more. */
  remove: () => void;
}

/** @throws Error where groups cannot be made. */
export function aMemoryGroup(name: string, bytes: number): MemoryGroup {
  const folder = join(root, `${name}-${process.pid}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'memory.limit_in_bytes'), String(bytes));
  // what is swapped out counts as well, where that is counted at all
  const withSwap = join(folder, 'memory.memsw.limit_in_bytes');
  if (existsSync(withSwap)) writeFileSync(withSwap, String(bytes));
  return {
    within: ['sh', '-c', `echo $$ > ${join(folder, 'cgroup.procs')} && exec "$@"`, 'sh'],
    killed: () => Number(/oom_kill (\d+)/.exec(readFileSync(join(folder, 'memory.oom_control'), 'utf8'))?.[1] ?? 0),
    remove: () => rmdirSync(folder),
  };
}

/** A group of tests that needs them. */
export function describeWithMemoryGroups(name: string, body: () => void): void {
  try {
    aMemoryGroup('try', 2 ** 30).remove();
  } catch {
    describe.skip(`${name} [needs root and memory groups of the kernel]`, body);
    return;
  }
  describe(name, body);
}
