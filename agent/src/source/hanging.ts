/** What threads of this process sit in a system call that does not return; another one would only join them. */
const hanging = new Set<string>();

export function noteHanging(what: string): void {
  hanging.add(what);
}

export function noteAnswered(what: string): void {
  hanging.delete(what);
}

export function isHanging(what: string): boolean {
  return hanging.has(what);
}

/** Whether a thread of this process sits in a file system that hangs: the process then ends by a signal only. */
export function isRootHanging(): boolean {
  return hanging.size > 0;
}
