import { useLayoutEffect, useRef } from 'react';

/** What single keys do, by `KeyboardEvent.key` in lower case. */
export type KeyMap = Readonly<Record<string, ((event: KeyboardEvent) => void) | undefined>>;

/** Whether the event belongs to something that takes text or to an open dialog. */
function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('dialog[open]') !== null) return true;
  return target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName);
}

/** Listens for single keys on the whole page, except while typing, with modifiers, or when another part took the key. */
export function useKeys(keys: KeyMap): void {
  const latest = useRef(keys);
  // before the screen is painted: a key pressed at what is seen must find its listener
  useLayoutEffect(() => {
    latest.current = keys;
  });
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      const act = latest.current[event.key.toLowerCase()];
      if (act === undefined) return;
      event.preventDefault();
      act(event);
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
}
