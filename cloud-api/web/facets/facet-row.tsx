import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { Check, Minus } from 'lucide-react';
import type { KeyboardEvent, MouseEvent, ReactElement } from 'react';

interface FacetRowProps {
  label: string;
  /** Undefined when the value did not come with the counts. */
  items: number | undefined;
  /** Width of the bar, 0 to 1. */
  share: number;
  state: 'off' | 'any' | 'out';
  isQuiet?: boolean;
  onToggle: (leavesOut: boolean) => void;
}

const words = { off: '', any: ', chosen', out: ', left out' };

/** A value with its count: a click takes it in, with Alt it leaves it out. */
export function FacetRow({ label, items, share, state, isQuiet, onToggle }: FacetRowProps): ReactElement {
  const shown = visibleText(label);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== ' ' || !event.altKey) return;
    // Chromium presses no button for Alt and Space
    event.preventDefault();
    onToggle(true);
  };
  return (
    <button
      type="button"
      className={`fb ${state}${isQuiet ? ' quiet' : ''}`}
      aria-pressed={state !== 'off'}
      aria-label={`${shown}${items === undefined ? '' : `, ${count(items)}`}${words[state]}`}
      title={`${shown} (Alt and click leaves it out)`}
      onClick={(event: MouseEvent) => onToggle(event.altKey)}
      onKeyDown={onKeyDown}
    >
      <span className="cb" aria-hidden="true">
        {state === 'any' && <Check />}
        {state === 'out' && <Minus />}
      </span>
      <span className="cut fb-label">{shown}</span>
      <span className="fb-count">{items === undefined ? '' : count(items)}</span>
      <span className="fb-bar" style={{ transform: `scaleX(${share})` }} />
    </button>
  );
}
