import { count } from '@nucleus/shared/ui/words/quantities.ts';
import type { FieldView } from '@nucleus/shared/wire/insights';
import { ListFilter } from 'lucide-react';
import type { ReactElement } from 'react';
import { QueryBar } from './query-bar.tsx';
import type { QueryFault } from './query-error-line.tsx';
import { SortMenu } from './sort-menu.tsx';
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
  showsFilters: boolean;
  onFilters: () => void;
}

/** The row that finds: filters on and off, the query, how many and how fast, the order. */
export function FindBar(props: FindBarProps): ReactElement {
  const { find, change } = props.state;
  const { total, tookMs } = props;
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
        datasetId={props.datasetId}
        query={find.query}
        fault={props.fault}
        isRunning={props.isRunning}
        onRun={(query) => change({ ...find, query })}
      />
      <span className="find-count nowrap" role="status">
        {total !== undefined && (
          <>
            <b>{count(total)}</b> {total === 1 ? 'item' : 'items'}
            {tookMs !== undefined && <span className="t3"> in {count(Math.max(1, tookMs))} ms</span>}
          </>
        )}
      </span>
      <SortMenu fields={props.fields ?? []} sort={find.sort} onSort={(sort) => change({ ...find, sort })} />
    </search>
  );
}
