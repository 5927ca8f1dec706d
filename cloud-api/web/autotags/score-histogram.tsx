import { count } from '@nucleus/shared/ui/words/quantities.ts';
import type { ReactElement } from 'react';

interface ScoreHistogramProps {
  /** Items in equal bins from -1 to 1. */
  bins: readonly number[];
  threshold: number;
  onThreshold: (threshold: number) => void;
}

const height = 84;
const step = 0.05;

/** How the scores lie; what stands at the threshold and above is tagged. Tall bins do not hide low ones: heights go by the square root. */
export function ScoreHistogram({ bins, threshold, onThreshold }: ScoreHistogramProps): ReactElement {
  const most = Math.max(1, ...bins);
  const width = 2 / Math.max(1, bins.length);
  return (
    <div className="in scores">
      <svg
        viewBox={`0 0 ${Math.max(1, bins.length)} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Scores from −1 to 1, at most ${count(most)} items in a bin`}
      >
        {bins.map((amount, at) => {
          const tall = amount === 0 ? 0 : Math.max(2, Math.sqrt(amount / most) * height);
          const from = -1 + at * width;
          return (
            <rect
              key={from}
              className={from + width / 2 >= threshold ? 'on' : undefined}
              x={at + 0.08}
              y={height - tall}
              width={0.84}
              height={tall}
            >
              <title>{`${from.toFixed(2)} to ${(from + width).toFixed(2)}: ${count(amount)}`}</title>
            </rect>
          );
        })}
      </svg>
      <input
        type="range"
        className="zoom score-slider"
        aria-label="Threshold"
        aria-valuetext={threshold.toFixed(2)}
        min={-1}
        max={1}
        step={step}
        value={threshold}
        onChange={({ target }) => onThreshold(Math.round(Number(target.value) * 100) / 100)}
      />
      <p className="row xs t3">
        <span>−1, something else</span>
        <span className="end">1, what you mean</span>
      </p>
    </div>
  );
}
