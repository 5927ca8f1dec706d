import { Lock } from 'lucide-react';
import type { ReactElement } from 'react';

/** The dashed line between what left and what stays. */
export function Perimeter({ words }: { words: string }): ReactElement {
  return (
    <div className="perim">
      <span>
        <Lock className="icon s" aria-hidden="true" />
        {words}
      </span>
    </div>
  );
}
