import { withoutLastTerm } from '@nucleus/shared/query/facet-choice';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { SearchX } from 'lucide-react';
import type { ReactElement } from 'react';

/** What stands in place of the grid when nothing meets the query. */
export function NoResult({ query, onQuery }: { query: string; onQuery: (query: string) => void }): ReactElement {
  return (
    <EmptyState
      icon={SearchX}
      title="No item meets this query"
      actions={
        <>
          <button type="button" className="btn lead" onClick={() => onQuery(withoutLastTerm(query))}>
            Remove the last filter
          </button>
          <button type="button" className="btn" onClick={() => onQuery('')}>
            Remove all
          </button>
        </>
      }
    >
      <p className="mono sm">{query}</p>
    </EmptyState>
  );
}
