/** What has just been done, said for a while, with the way back where there is one. */

export interface Toast {
  id: number;
  words: string;
  tone: 'plain' | 'd';
  /** Takes back what the words say. */
  undo?: (() => Promise<void>) | undefined;
}

const mostShown = 3;

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says that something was done. @param undo takes it back; the toast then has a button and Ctrl Z for it. */
export function say(words: string, undo?: () => Promise<void>): void {
  set([...toasts, { id: nextId++, words, tone: 'plain' as const, undo }].slice(-mostShown));
}

/** Says that something did not work. */
export function sayFailure(words: string): void {
  set([...toasts, { id: nextId++, words, tone: 'd' as const }].slice(-mostShown));
}

export function dropToast(id: number): void {
  set(toasts.filter((toast) => toast.id !== id));
}

/** Takes back what the newest toast that can be undone says. */
export function undoLast(): boolean {
  const last = toasts.findLast((toast) => toast.undo !== undefined);
  if (last === undefined) return false;
  dropToast(last.id);
  void last.undo?.();
  return true;
}

export const toastList = {
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  get: (): readonly Toast[] => toasts,
};
