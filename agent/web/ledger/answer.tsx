import { Check, CircleX } from 'lucide-react';
import type { ReactElement } from 'react';

/** What the cloud answered to an attempt. */
export function Answer({ status }: { status: number | null }): ReactElement {
  if (status === null) return <span className="t3">none noted</span>;
  if (status < 300) {
    return (
      <span className="c-in row g2">
        <Check className="icon s" aria-hidden="true" />
        {status}
      </span>
    );
  }
  return (
    <span className="c-w row g2">
      <CircleX className="icon s" aria-hidden="true" />
      {status}, not taken
    </span>
  );
}
