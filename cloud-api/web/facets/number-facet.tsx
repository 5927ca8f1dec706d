import { count } from '@nucleus/shared/ui/words/quantities.ts';
import type { ReactElement } from 'react';
import { type Bins, type Brush, binsOf, boundsOf, brushOf } from './brush.ts';
import type { FacetPart } from './facet-part.ts';
import { Histogram } from './histogram.tsx';
import { MissingRow } from './missing-row.tsx';
import { useHistogram } from './use-facet.ts';

/** A number field: its distribution with a brush over it, and the items that lack it. */
export function NumberFacet({ datasetId, field, query, choice, isWanted, onChoice }: FacetPart): ReactElement {
  const bins = binsOf(field.view.name, field.view.min ?? 0, field.view.max ?? 0);
  const histogram = useHistogram(datasetId, query, field.name, bins, isWanted).data;
  if (histogram === undefined) return <div className="facet-wait tall" aria-busy="true" />;
  const [only] = choice.anyOf;
  const single = choice.anyOf.length === 1 && typeof only === 'number' ? only : undefined;
  const brush = brushOf(bins, single ?? choice.atLeast, single ?? choice.atMost);
  return (
    <>
      {bins.min === bins.max ? (
        <p className="sm t2">
          {count(histogram.bins.reduce((sum, items) => sum + items, 0))} × {bins.min}
        </p>
      ) : (
        <Histogram
          name={field.name}
          bins={bins}
          counts={histogram.bins}
          brush={brush}
          onBrush={(next) => onChoice(withBrush(choice, bins, next))}
        />
      )}
      <MissingRow items={histogram.missing} choice={choice} onChoice={onChoice} />
    </>
  );
}

function withBrush(choice: FacetPart['choice'], bins: Bins, brush: Brush): FacetPart['choice'] {
  const missing = choice.missing === 'only' ? undefined : choice.missing;
  return { anyOf: [], leftOut: choice.leftOut, missing, ...boundsOf(bins, brush) };
}
