import type { FieldView } from '@nucleus/shared/wire/insights';
import { ArrowDownNarrowWide, ArrowUpNarrowWide } from 'lucide-react';
import type { ReactElement } from 'react';
import { facetName } from '../facets/choose-facets.ts';
import type { Find } from '../route.ts';

interface SortMenuProps {
  fields: readonly FieldView[];
  sort: Find['sort'];
  onSort: (sort: Find['sort']) => void;
}

const own = ['reference_id', 'width', 'height'] as const;

/** The order of the items: by any field, up or down. */
export function SortMenu({ fields, sort, onSort }: SortMenuProps): ReactElement {
  const names = [...own, ...fields.map(({ name }) => facetName(name))];
  const isKnown = sort === undefined || names.includes(sort.field);
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
        <option value="">As added</option>
        {!isKnown && <option value={sort.field}>{sort.field}</option>}
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
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
