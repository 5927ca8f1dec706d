import { type FacetValue, toggleValue } from '@nucleus/shared/query/facet-choice';
import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { type ReactElement, useState } from 'react';
import type { FacetPart } from './facet-part.ts';
import { FacetRow } from './facet-row.tsx';
import { MissingRow } from './missing-row.tsx';
import { useValues } from './use-facet.ts';

const firstShown = 6;
const mostShown = 250;
const searchedFrom = 12;

/** The values of a field with their counts, most frequent first; chosen ones stay even where nothing has them. */
export function ValueFacet({ datasetId, field, query, choice, isWanted, onChoice }: FacetPart): ReactElement {
  const [showsAll, setShowsAll] = useState(false);
  const [wanted, setWanted] = useState('');
  const counts = useValues(datasetId, query, field.name, showsAll ? mostShown : firstShown, isWanted).data;
  if (counts === undefined) return <div className="facet-wait" aria-busy="true" />;
  const isBoolean = counts.type === 'boolean';
  // Queries hold texts, counts hold true and false.
  const asked = (value: FacetValue): FacetValue => (isBoolean ? String(value) : value);
  const chosen = [...choice.anyOf, ...choice.leftOut];
  const absent = chosen.filter((value) => !counts.values.some((each) => asked(each.value) === value));
  const rows = [
    ...counts.values.map((each) => ({ value: asked(each.value), items: each.count as number | undefined })),
    ...absent.map((value) => ({ value, items: counts.values.length < counts.distinct ? undefined : 0 })),
  ].filter(({ value }) => String(value).toLowerCase().includes(wanted.toLowerCase()));
  const most = Math.max(1, ...counts.values.map((each) => each.count));
  const more = counts.distinct - firstShown;
  return (
    <>
      {showsAll && counts.distinct >= searchedFrom && (
        <span className="inp facet-search">
          <input
            type="search"
            aria-label={`Find a value of ${field.name}`}
            placeholder="Find a value"
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
          />
        </span>
      )}
      <div className={showsAll ? 'facet-rows tall' : 'facet-rows'}>
        {rows.map(({ value, items }) => (
          <FacetRow
            key={String(value)}
            label={value === '' ? '(empty)' : String(value)}
            items={items}
            share={(items ?? 0) / most}
            state={choice.anyOf.includes(value) ? 'any' : choice.leftOut.includes(value) ? 'out' : 'off'}
            onToggle={(leavesOut) => onChoice(toggleValue(choice, value, leavesOut ? 'leftOut' : 'anyOf'))}
          />
        ))}
        {rows.length === 0 && <p className="sm t3">{wanted === '' ? 'No values here' : 'No such value'}</p>}
      </div>
      <MissingRow items={counts.missing} choice={choice} onChoice={onChoice} />
      {more > 0 && (
        <button
          type="button"
          className="link sm"
          onClick={() => {
            setShowsAll(!showsAll);
            setWanted('');
          }}
        >
          {showsAll ? 'Fewer' : `${count(more)} more`}
        </button>
      )}
    </>
  );
}
