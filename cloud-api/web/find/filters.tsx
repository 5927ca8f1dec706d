import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import type { FieldView } from '@nucleus/shared/wire/insights';
import { type ReactElement, useState, useSyncExternalStore } from 'react';
import { FacetList } from '../facets/facet-list.tsx';

const narrow = '(max-width: 760px)';
const place = 'nucleus.filters';

function watchWidth(listener: () => void): () => void {
  const query = matchMedia(narrow);
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

/** Whether filters are a sheet over the page instead of a column beside the grid. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(watchWidth, () => matchMedia(narrow).matches);
}

function isColumnOpen(): boolean {
  try {
    return localStorage.getItem(place) !== 'closed';
  } catch {
    return true;
  }
}

/** Whether the filters are shown: the column's state is kept in this browser, the sheet begins closed. */
export function useFiltersShown(isNarrow: boolean): [boolean, (isShown: boolean) => void] {
  const [isColumn, setColumn] = useState(isColumnOpen);
  const [isSheet, setSheet] = useState(false);
  if (isNarrow) return [isSheet, setSheet];
  const keep = (isShown: boolean): void => {
    setColumn(isShown);
    try {
      localStorage.setItem(place, isShown ? 'open' : 'closed');
    } catch {
      // Storage may be closed or full: the column is then open at the next visit.
    }
  };
  return [isColumn, keep];
}

interface FiltersProps {
  datasetId: string;
  fields: readonly FieldView[] | undefined;
  query: string;
  isNarrow: boolean;
  onQuery: (query: string) => void;
  onClose: () => void;
}

/** The facets: beside the grid, or as a sheet on narrow screens. */
export function Filters(props: FiltersProps): ReactElement {
  const { query, onQuery } = props;
  const list = <FacetList datasetId={props.datasetId} fields={props.fields} query={query} onQuery={onQuery} />;
  const clear = query !== '' && (
    <button type="button" className="btn ghost dense" onClick={() => onQuery('')}>
      Clear all
    </button>
  );
  if (props.isNarrow) {
    return (
      <Dialog title="Filters" onClose={props.onClose}>
        <div className="facets-sheet">
          {list}
          {clear}
        </div>
      </Dialog>
    );
  }
  return (
    <aside className="side" aria-label="Filters">
      <div className="row facets-head">
        <h2 className="grow">Filters</h2>
        {clear}
      </div>
      <div className="facets-list">{list}</div>
    </aside>
  );
}
