import {
  isEmptyChoice,
  noChoice,
  readChoice,
  toggleValue,
  withChoice,
  withoutChoice,
} from '@nucleus/shared/query/facet-choice';
import { ChevronDown, ChevronRight, X } from 'lucide-react';
import { type ReactElement, useId, useState } from 'react';
import { FacetRow } from '../facets/facet-row.tsx';
import { MissingRow } from '../facets/missing-row.tsx';
import { useTags } from './use-tags.ts';

interface TagFacetProps {
  datasetId: string;
  /** The query whose result is shown; it parses. */
  query: string;
  onQuery: (query: string) => void;
}

const firstShown = 8;

/** The tags of the dataset as a facet; absent while there are none. Counts leave the facet's own choice out, as all facets do. */
export function TagFacet({ datasetId, query, onQuery }: TagFacetProps): ReactElement | null {
  const [isOpen, setOpen] = useState(true);
  const [showsAll, setShowsAll] = useState(false);
  const bodyId = useId();
  const counts = useTags(datasetId, withoutChoice(query, 'tag')).data;
  if (counts === undefined || counts.tags.length === 0) return null;
  const choice = readChoice(query, 'tag');
  const choose = (next: typeof choice): void => onQuery(withChoice(query, 'tag', next));
  const rows = showsAll ? counts.tags : counts.tags.slice(0, firstShown);
  const most = Math.max(1, ...counts.tags.map(({ count }) => count));
  const Sign = isOpen ? ChevronDown : ChevronRight;
  return (
    <section className="facet" aria-label="tags">
      <header>
        <h3 className="cut">
          <button
            type="button"
            className="facet-head"
            aria-expanded={isOpen}
            aria-controls={isOpen ? bodyId : undefined}
            onClick={() => setOpen(!isOpen)}
          >
            <Sign className="icon s t3" aria-hidden="true" />
            <span className="cut">tags</span>
          </button>
        </h3>
        {!isEmptyChoice(choice) && (
          <button
            type="button"
            className="btn ghost icon-only dense end"
            aria-label="Clear tags"
            title="Clear tags"
            onClick={() => choose(noChoice)}
          >
            <X className="icon s" aria-hidden="true" />
          </button>
        )}
      </header>
      {isOpen && (
        <div id={bodyId}>
          <div className={showsAll ? 'facet-rows tall' : 'facet-rows'}>
            {rows.map(({ tag, count }) => (
              <FacetRow
                key={tag}
                label={tag}
                items={count}
                share={count / most}
                state={choice.anyOf.includes(tag) ? 'any' : choice.leftOut.includes(tag) ? 'out' : 'off'}
                onToggle={(leavesOut) => choose(toggleValue(choice, tag, leavesOut ? 'leftOut' : 'anyOf'))}
              />
            ))}
          </div>
          <MissingRow items={counts.untagged} choice={choice} onChoice={choose} />
          {counts.tags.length > firstShown && (
            <button type="button" className="link sm" onClick={() => setShowsAll(!showsAll)}>
              {showsAll ? 'Fewer' : `${counts.tags.length - firstShown} more`}
            </button>
          )}
        </div>
      )}
    </section>
  );
}
