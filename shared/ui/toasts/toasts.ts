/** What has just been done, said for a while, with the way back where there is one. */

export interface Toast {
  id: number;
  words: string;
  tone: 'plain' | 'd';
  /** Takes back what the words say. */
  undo?: (() => Promise<void>) | undefined;
}

const mostShown = 3;
const mostUndoable = 50;

/** What can be taken back, newest last; a toast that has left the page keeps its place here. */
let undoable: readonly Toast[] = [];
let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says that something was done. @param undo takes it back; the toast then has a button and Ctrl Z for it. */
export function say(words: string, undo?: () => Promise<void>): void {
  const toast = { id: nextId++, words, tone: 'plain' as const, undo };
  if (undo !== undefined) undoable = [...undoable, toast].slice(-mostUndoable);
  set([...toasts, toast].slice(-mostShown));
}

/** Says that something did not work. */
export function sayFailure(words: string): void {
  set([...toasts, { id: nextId++, words, tone: 'd' as const }].slice(-mostShown));
}

export function dropToast(id: number): void {
  set(toasts.filter((toast) => toast.id !== id));
}

/** Takes back what a toast says, once. */
export function undoToast(id: number): void {
  const toast = undoable.find((each) => each.id === id);
  undoable = undoable.filter((each) => each !== toast);
  dropToast(id);
  void toast?.undo?.();
}

/** Takes back what the newest toast that can be undone said, whether it is still shown or not. */
export function undoLast(): boolean {
  const last = undoable.at(-1);
  if (last === undefined) return false;
  undoToast(last.id);
  return true;
}

export const toastList = {
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  get: (): readonly Toast[] => toasts,
};
