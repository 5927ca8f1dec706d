import { X } from 'lucide-react';
import { type ReactElement, useEffect, useLayoutEffect, useState, useSyncExternalStore } from 'react';
import { dropToast, type Toast, toastList, undoLast, undoToast } from './toasts.ts';

const shownMs = 8000;

/** The toasts, bottom right; Ctrl Z undoes what the newest said, also after it has left. */
export function ToastStack(): ReactElement {
  const toasts = useSyncExternalStore(toastList.subscribe, toastList.get);
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLElement && event.target.closest('input, textarea, dialog') !== null;
      if (isTyping || event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      if (undoLast()) event.preventDefault();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
  return (
    <div className="toasts" role="status">
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

/** Leaves by itself, but not from under a pointer or the focus. */
function ToastCard({ toast }: { toast: Toast }): ReactElement {
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(() => dropToast(toast.id), shownMs);
    return () => clearTimeout(timer);
  }, [isHeld, toast.id]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: being looked at only keeps it on the page
    <div
      className={`toast ${toast.tone}`}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span>{toast.words}</span>
      {toast.undo !== undefined && (
        <button type="button" className="btn ghost dense" onClick={() => undoToast(toast.id)}>
          Undo
        </button>
      )}
      <button
        type="button"
        className="btn ghost icon-only dense"
        aria-label="Close"
        onClick={() => dropToast(toast.id)}
      >
        <X className="icon s" aria-hidden="true" />
      </button>
    </div>
  );
}
