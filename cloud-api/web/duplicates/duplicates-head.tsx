import { count, counted } from '@nucleus/shared/ui/words/quantities.ts';
import type { ReplyOf } from '@nucleus/shared/wire/endpoint';
import type { insightEndpoints } from '@nucleus/shared/wire/insights';
import { type ReactElement, useState } from 'react';
import { AcceptAll } from './accept-all.tsx';

interface DuplicatesHeadProps {
  datasetId: string;
  threshold: number;
  decided: string;
  page: ReplyOf<typeof insightEndpoints.groupDuplicates>;
  onThreshold: (bits: number) => void;
}

const mostBits = 16;

/** How many groups wait, how alike they have to be, and the way to decide all of them. */
export function DuplicatesHead({
  datasetId,
  threshold,
  decided,
  page,
  onThreshold,
}: DuplicatesHeadProps): ReactElement {
  const [bits, setBits] = useState(threshold);
  const [isAsking, setAsking] = useState(false);
  const all = page.total + page.decided;
  return (
    <div className="find-bar page-bar">
      <p className="groups-words">
        <b>{counted(page.total, 'group')}</b>{' '}
        <span className="t2">
          {count(page.items_in_groups)} items that look alike
          {page.decided > 0 && `, ${count(page.decided)} of ${count(all)} groups decided`}. Compared by perceptual hash:
          no pixels needed.
        </span>
      </p>
      <label className="row g5 sm">
        <span className="t2 nowrap">Up to {bits} of 64 bits apart</span>
        <input
          className="zoom"
          type="range"
          min={0}
          max={mostBits}
          value={bits}
          aria-label="Most bits that may differ"
          onChange={(event) => setBits(Number(event.target.value))}
          onPointerUp={() => onThreshold(bits)}
          onKeyUp={() => onThreshold(bits)}
          onBlur={() => onThreshold(bits)}
        />
      </label>
      <button type="button" className="btn lead" disabled={page.total === 0} onClick={() => setAsking(true)}>
        Accept all suggestions…
      </button>
      {isAsking && (
        <AcceptAll datasetId={datasetId} threshold={threshold} decided={decided} onClose={() => setAsking(false)} />
      )}
    </div>
  );
}
