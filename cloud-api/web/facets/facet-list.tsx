import type { FieldView } from '@nucleus/shared/wire/insights';
import { Search } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { TagFacet } from '../tags/tag-facet.tsx';
import { chooseFacets } from './choose-facets.ts';
import { Facet } from './facet.tsx';

interface FacetListProps {
  datasetId: string;
  fields: readonly FieldView[] | undefined;
  query: string;
  onQuery: (query: string) => void;
}

const searchedFrom = 12;

/** Every field that items can be filtered by. */
export function FacetList({ datasetId, fields, query, onQuery }: FacetListProps): ReactElement {
  const [wanted, setWanted] = useState('');
  const facets = chooseFacets(fields ?? []);
  const shown = facets.filter(({ name }) => name.includes(wanted.trim().toLowerCase().replaceAll(' ', '_')));
  return (
    <>
      {facets.length >= searchedFrom && (
        <div className="facet-find">
          <span className="inp">
            <Search className="icon s t3" aria-hidden="true" />
            <input
              type="search"
              aria-label="Find a field"
              placeholder="Find a field"
              value={wanted}
              onChange={(event) => setWanted(event.target.value)}
            />
          </span>
        </div>
      )}
      {wanted.trim() === '' && <TagFacet datasetId={datasetId} query={query} onQuery={onQuery} />}
      {shown.map((field) => (
        <Facet key={field.name} datasetId={datasetId} field={field} query={query} onQuery={onQuery} />
      ))}
      {fields !== undefined && shown.length === 0 && (
        <p className="facet sm t3">{facets.length === 0 ? 'The items have no metadata yet.' : 'No such field'}</p>
      )}
    </>
  );
}
