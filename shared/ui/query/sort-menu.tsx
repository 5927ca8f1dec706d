import { ArrowDownNarrowWide, ArrowUpNarrowWide } from 'lucide-react';
import type { ReactElement } from 'react';

export interface Sort {
  field: string;
  descending: boolean;
}

interface SortMenuProps {
  /** Fields and the words for them. */
  choices: readonly (readonly [string, string])[];
  /** The order without a field, in words. */
  unsorted: string;
  sort: Sort | undefined;
  onSort: (sort: Sort | undefined) => void;
}

/** The order of what was found: by a field, up or down. A field that is no choice (from an address) is shown as one. */
export function SortMenu({ choices, unsorted, sort, onSort }: SortMenuProps): ReactElement {
  const isListed = sort === undefined || choices.some(([field]) => field === sort.field);
  const Sign = sort?.descending ? ArrowDownNarrowWide : ArrowUpNarrowWide;
  const direction = sort?.descending ? 'Descending' : 'Ascending';
  return (
    <span className="row sort">
      <select
        className="btn"
        aria-label="Sort by"
        value={sort?.field ?? ''}
        onChange={(event) => {
          const field = event.target.value;
          onSort(field === '' ? undefined : { field, descending: sort?.descending ?? false });
        }}
      >
        <option value="">{unsorted}</option>
        {!isListed && <option value={sort.field}>{sort.field}</option>}
        {choices.map(([field, words]) => (
          <option key={field} value={field}>
            {words}
          </option>
        ))}
      </select>
      <button
        type="button"
        className="btn icon-only"
        aria-label={`${direction}, turn around`}
        title={`${direction}, turn around`}
        disabled={sort === undefined}
        onClick={() => sort !== undefined && onSort({ ...sort, descending: !sort.descending })}
      >
        <Sign className="icon" aria-hidden="true" />
      </button>
    </span>
  );
}
