import { ArrowDownNarrowWide, ArrowUpNarrowWide } from 'lucide-react';
import type { ReactElement } from 'react';
import type { Find } from '../route.ts';

interface OrderMenuProps {
  sort: Find['sort'];
  onSort: (sort: Find['sort']) => void;
}

const orders: readonly (readonly [string, string])[] = [
  ['capture_local', 'Captured'],
  ['ingest_day', 'First catalogued'],
  ['byte_size', 'Size on disk'],
  ['width', 'Width'],
  ['height', 'Height'],
  ['iso', 'ISO'],
  ['exposure_us', 'Exposure'],
  ['sharpness', 'Sharpness'],
  ['brightness', 'Brightness'],
  ['camera_model', 'Camera'],
  ['format', 'Format'],
  ['state', 'State'],
];

/** The order of the files: by path, or by a field, up or down. */
export function OrderMenu({ sort, onSort }: OrderMenuProps): ReactElement {
  const Sign = sort?.descending ? ArrowDownNarrowWide : ArrowUpNarrowWide;
  const direction = sort?.descending ? 'Descending' : 'Ascending';
  const isListed = sort === undefined || orders.some(([field]) => field === sort.field);
  return (
    <span className="row order hide-s">
      <select
        className="btn"
        aria-label="Sort by"
        value={sort?.field ?? ''}
        onChange={(event) => {
          const field = event.target.value;
          onSort(field === '' ? undefined : { field, descending: sort?.descending ?? false });
        }}
      >
        <option value="">Path</option>
        {!isListed && <option value={sort.field}>{sort.field}</option>}
        {orders.map(([field, words]) => (
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
