import { isEmptyChoice, noChoice, readChoice, withChoice } from '@nucleus/shared/query/facet-choice';
import { ChevronDown, ChevronRight, X } from 'lucide-react';
import { type ReactElement, useId, useRef, useState } from 'react';
import type { FacetField } from './choose-facets.ts';
import { NumberFacet } from './number-facet.tsx';
import { SearchFacet } from './search-facet.tsx';
import { useSeen } from './use-facet.ts';
import { ValueFacet } from './value-facet.tsx';

interface FacetProps {
  datasetId: string;
  field: FacetField;
  /** The query whose result is shown; it parses. */
  query: string;
  onQuery: (query: string) => void;
}

/** One field of the sidebar. What it shows is asked for when it is open and in view. */
export function Facet({ datasetId, field, query, onQuery }: FacetProps): ReactElement {
  const box = useRef<HTMLElement>(null);
  const choice = readChoice(query, field.name);
  const isChosen = !isEmptyChoice(choice);
  const [isOpened, setOpened] = useState<boolean>();
  const isOpen = isOpened ?? (field.isUsual || isChosen);
  const isSeen = useSeen(box);
  const bodyId = useId();
  const part = {
    datasetId,
    field,
    query,
    choice,
    isWanted: isOpen && isSeen,
    onChoice: (next: typeof choice) => onQuery(withChoice(query, field.name, next)),
  };
  const label = field.view.name.replaceAll('_', ' ');
  const Sign = isOpen ? ChevronDown : ChevronRight;
  return (
    <section ref={box} className="facet" aria-label={label}>
      <header>
        <h3 className="cut">
          <button
            type="button"
            className="facet-head"
            aria-expanded={isOpen}
            aria-controls={isOpen ? bodyId : undefined}
            onClick={() => setOpened(!isOpen)}
          >
            <Sign className="icon s t3" aria-hidden="true" />
            <span className="cut">{label}</span>
          </button>
        </h3>
        {isChosen && (
          <button
            type="button"
            className="btn ghost icon-only dense end"
            aria-label={`Clear ${label}`}
            title={`Clear ${label}`}
            onClick={() => part.onChoice(noChoice)}
          >
            <X className="icon s" aria-hidden="true" />
          </button>
        )}
      </header>
      {isOpen && (
        <div id={bodyId}>
          {field.kind === 'values' && <ValueFacet {...part} />}
          {field.kind === 'numbers' && <NumberFacet {...part} />}
          {field.kind === 'search' && <SearchFacet {...part} />}
        </div>
      )}
    </section>
  );
}
