import type { ReactElement } from 'react';
import { count } from '../words/quantities.ts';

interface BitsBarProps {
  fields: readonly { field: string; bits: number }[];
  budget: number;
}

const colors = ['var(--d1)', 'var(--d2)', 'var(--d3)', 'var(--d5)', 'var(--d6)', 'var(--d4)', 'var(--d7)', 'var(--d8)'];
const drawn = 7;

/** The bits that left of a picture, by field, against what its level allows. */
export function BitsBar({ fields, budget }: BitsBarProps): ReactElement {
  const sorted = fields.filter(({ bits }) => bits > 0).toSorted((a, b) => b.bits - a.bits);
  const rest = sorted.slice(drawn).reduce((sum, { bits }) => sum + bits, 0);
  const parts = rest === 0 ? sorted : [...sorted.slice(0, drawn), { field: 'others', bits: rest }];
  const used = sorted.reduce((sum, { bits }) => sum + bits, 0);
  const named = parts.map(({ field, bits }) => `${field.replaceAll('_', ' ')} ${count(bits)}`);
  return (
    <div className="col g3">
      <p className="sm">
        <b>{count(used)} bits</b>{' '}
        <span className="t2">
          {budget === 0
            ? 'made from the pixels; this level allows none'
            : `made from the pixels, of ${count(budget)} allowed`}
        </span>
      </p>
      <div
        className="bar"
        role="img"
        aria-label={`${[...named, `unused ${count(Math.max(0, budget - used))}`].join(', ')} bits`}
      >
        {parts.map(({ field, bits }, at) => (
          <b key={field} style={{ width: `${(100 * bits) / Math.max(budget, used, 1)}%`, background: colors[at] }} />
        ))}
      </div>
      <div className="row wrap xs t2 legend" aria-hidden="true">
        {parts.map(({ field }, at) => (
          <span className="row g2" key={field}>
            <span className="dot sqr" style={{ color: colors[at] }} />
            {named[at]}
          </span>
        ))}
      </div>
    </div>
  );
}
