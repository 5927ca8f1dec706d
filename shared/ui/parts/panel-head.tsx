import { ChevronLeft, ChevronRight, type LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { count } from '../words/quantities.ts';

interface PanelHeadProps {
  /** What is open, in one word: `File`. */
  what: string;
  /** Its place among those found, from 0; undefined where it has none. */
  position: number | undefined;
  total: number;
  /** Keys of the two steps, where they are to be said. */
  keys?: readonly [string, string];
  onStep: (by: 1 | -1) => void;
  /** Buttons at the end. */
  children: ReactNode;
}

/** The head of a panel over what is open: to its neighbours, where it stands, and what can be done with the panel. */
export function PanelHead({ what, position, total, keys, onStep, children }: PanelHeadProps): ReactElement {
  const named = (words: string, key: string | undefined): string =>
    `${words} ${what.toLowerCase()}${key === undefined ? '' : ` (${key})`}`;
  return (
    <div className="row panel-head">
      <PanelButton
        icon={ChevronLeft}
        name={named('Previous', keys?.[0])}
        isOff={position === undefined || position === 0}
        onClick={() => onStep(-1)}
      />
      <PanelButton
        icon={ChevronRight}
        name={named('Next', keys?.[1])}
        isOff={position === undefined || position === total - 1}
        onClick={() => onStep(1)}
      />
      <span className="sm t3 nowrap">
        {position === undefined ? what : `${count(position + 1)} of ${count(total)}`}
      </span>
      <span className="row g2 end">{children}</span>
    </div>
  );
}

interface PanelButtonProps {
  icon: LucideIcon;
  name: string;
  title?: string;
  isOff?: boolean;
  onClick: (() => void) | undefined;
}

/** A small button that is a sign alone. */
export function PanelButton({ icon: Icon, name, title, isOff = false, onClick }: PanelButtonProps): ReactElement {
  return (
    <button
      type="button"
      className="btn ghost icon-only dense"
      aria-label={name}
      title={title}
      disabled={isOff}
      onClick={onClick}
    >
      <Icon className="icon s" aria-hidden="true" />
    </button>
  );
}
