import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { Search } from 'lucide-react';
import { type FormEvent, type ReactElement, useEffect, useState } from 'react';
import type { FacetPart } from './facet-part.ts';
import { MissingRow } from './missing-row.tsx';
import { useValues } from './use-facet.ts';

/** A text field of too many values for a list: what it contains is typed. */
export function SearchFacet({ datasetId, field, query, choice, isWanted, onChoice }: FacetPart): ReactElement {
  const asked = choice.contains ?? '';
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  const counts = useValues(datasetId, query, field.name, 1, isWanted).data;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onChoice({ ...choice, contains: text === '' ? undefined : text });
  };
  return (
    <form onSubmit={submit} className="col g3">
      <span className="inp">
        <Search className="icon s t3" aria-hidden="true" />
        <input
          type="search"
          aria-label={`${field.name} contains`}
          placeholder={counts === undefined ? 'contains' : `contains, in ${count(counts.distinct)} values`}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </span>
      {counts !== undefined && <MissingRow items={counts.missing} choice={choice} onChoice={onChoice} />}
    </form>
  );
}
