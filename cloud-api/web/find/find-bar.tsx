import { QueryBar } from '@nucleus/shared/ui/query/query-bar.tsx';
import type { QueryFault } from '@nucleus/shared/ui/query/query-error-line.tsx';
import { SortMenu } from '@nucleus/shared/ui/query/sort-menu.tsx';
import type { Complete } from '@nucleus/shared/ui/query/use-completion.ts';
import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { type FieldView, insightEndpoints } from '@nucleus/shared/wire/insights';
import { ListFilter } from 'lucide-react';
import { type ReactElement, useCallback } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { facetName } from '../facets/choose-facets.ts';
import type { FindState } from './use-find.ts';

interface FindBarProps {
  datasetId: string;
  state: FindState;
  fields: readonly FieldView[] | undefined;
  fault: QueryFault | undefined;
  isRunning: boolean;
  /** Undefined before the first result. */
  total: number | undefined;
  tookMs: number | undefined;
  /** The numbers are of an earlier find. */
  isStale: boolean;
  showsFilters: boolean;
  onFilters: () => void;
}

/** Columns of the items themselves. */
const own = ['reference_id', 'width', 'height'];

/** The row that finds: filters on and off, the query, how many and how fast, the order. */
export function FindBar(props: FindBarProps): ReactElement {
  const { find, change } = props.state;
  const { datasetId, total, tookMs } = props;
  const complete = useCallback<Complete>(
    (query, caret, signal) =>
      callCloud(insightEndpoints.completeQuery, { params: { datasetId }, body: { query, caret }, signal }),
    [datasetId],
  );
  return (
    <search className="find-bar">
      <button
        type="button"
        className="btn icon-only find-filters"
        aria-label="Filters"
        aria-expanded={props.showsFilters}
        title="Filters (F)"
        onClick={props.onFilters}
      >
        <ListFilter className="icon" aria-hidden="true" />
      </button>
      <QueryBar
        place={datasetId}
        complete={complete}
        hint="Filter: camera_model = …, sharpness > 8"
        query={find.query}
        fault={props.fault}
        isRunning={props.isRunning}
        onRun={(query) => change({ ...find, query })}
      />
      <span className={`find-count nowrap${props.isStale ? ' stale' : ''}`} role="status">
        {total !== undefined && (
          <>
            <b>{count(total)}</b> {total === 1 ? 'item' : 'items'}
            {tookMs !== undefined && <span className="t3"> in {count(Math.max(1, tookMs))} ms</span>}
          </>
        )}
      </span>
      <SortMenu
        choices={[...own, ...(props.fields ?? []).map(({ name }) => facetName(name))].map((name) => [name, name])}
        unsorted="As added"
        sort={find.sort}
        onSort={(sort) => change({ ...find, sort })}
      />
    </search>
  );
}
