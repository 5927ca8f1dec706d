import { Check, Copy } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';

interface CopyButtonProps {
  /** What to copy, or what makes it. */
  text: string | (() => Promise<string>);
  /** Shown beside the sign; without it the button is a sign alone, named `name`. */
  label?: string;
  name?: string;
}

const shownMs = 1600;

/** Copies, and says that it did. */
export function CopyButton({ text, label, name = 'Copy' }: CopyButtonProps): ReactElement {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), shownMs);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(typeof text === 'string' ? text : await text());
      setState('copied');
    } catch {
      setState('failed'); // no clipboard in this window, or the list did not load
    }
  };
  const Icon = state === 'copied' ? Check : Copy;
  const said = state === 'copied' ? 'Copied' : state === 'failed' ? 'Could not copy' : undefined;
  return (
    <button
      type="button"
      className={label === undefined ? 'btn ghost icon-only dense' : 'btn dense'}
      aria-label={label === undefined ? (said ?? name) : undefined}
      title={label === undefined ? (said ?? name) : undefined}
      onClick={() => void copy()}
    >
      <Icon className="icon s" aria-hidden="true" />
      {label !== undefined && <span role="status">{said ?? label}</span>}
    </button>
  );
}
