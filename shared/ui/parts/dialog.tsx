import { X } from 'lucide-react';
import { type ReactElement, type ReactNode, useId, useLayoutEffect, useRef } from 'react';

interface DialogProps {
  title: string;
  hint?: string;
  /** `small` for a question, the whole width for what is read. */
  size?: 'small' | 'wide';
  onClose: () => void;
  children: ReactNode;
}

/**
 * A titled dialog. The element is the browser's own: it traps the focus, closes on Esc and gives the focus back. An element with
 * `data-first` has the focus at first.
 */
export function Dialog({ title, hint, size = 'wide', onClose, children }: DialogProps): ReactElement {
  const box = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const element = box.current;
    if (element !== null && !element.open) element.showModal();
    element?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => element?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc closes a modal dialog already; the click is on the backdrop
    <dialog
      ref={box}
      className={`modal ${size}`}
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === box.current) box.current?.close();
      }}
    >
      <div className="row dialog-head">
        <h2 id={titleId}>{title}</h2>
        {hint !== undefined && <span className="sm t2 hide-s">{hint}</span>}
        <button
          type="button"
          className="btn ghost icon-only end"
          aria-label="Close"
          onClick={() => box.current?.close()}
        >
          <X className="icon" aria-hidden="true" />
        </button>
      </div>
      {children}
    </dialog>
  );
}
