import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { Bookmark, CloudOff } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { PageLink } from '../frame/page-link.tsx';
import { datasetPath } from '../route.ts';
import { CombineSlices } from './combine-slices.tsx';
import { SliceRow } from './slice-row.tsx';
import { useSlices } from './use-slices.ts';

/** The slices of a dataset: open, rename, export, combine, hand to the SDK. */
export function SlicesPage({ datasetId }: { datasetId: string }): ReactElement {
  const slices = useSlices(datasetId);
  const [picked, setPicked] = useState<readonly string[]>([]);
  useEffect(() => {
    document.title = 'Slices · Nucleus';
  }, []);
  if (slices.data === undefined) {
    if (!slices.isError) return <div className="page" aria-busy="true" />;
    return (
      <EmptyState
        icon={CloudOff}
        title="The slices did not load"
        actions={
          <button type="button" className="btn lead" onClick={() => void slices.refetch()}>
            Try again
          </button>
        }
      >
        <p>{failureSentence(slices.error)}</p>
      </EmptyState>
    );
  }
  if (slices.data.length === 0) {
    return (
      <EmptyState
        icon={Bookmark}
        title="No slices yet"
        actions={
          <PageLink to={datasetPath(datasetId)} className="btn lead">
            Find items
          </PageLink>
        }
      >
        <p>
          A slice is a set of items with a name: frozen as it was, or live as a query. Find items, select them (Ctrl A
          for all), and press L.
        </p>
      </EmptyState>
    );
  }
  const known = slices.data;
  const two = picked.flatMap((id) => known.find((slice) => slice.slice_id === id) ?? []);
  const toggle = (id: string): void =>
    setPicked(picked.includes(id) ? picked.filter((each) => each !== id) : [...picked, id].slice(-2));
  return (
    <div className="page">
      <div className="phead">
        <div>
          <h1>Slices</h1>
          <p>
            Sets of items with a name. Frozen ones keep their members, live ones follow a query. Pick two to combine
            them.
          </p>
        </div>
      </div>
      <section className="card" aria-label="Slices">
        <div className="tscroll">
          <table>
            <thead>
              <tr>
                <th>
                  <span className="sr">Combine</span>
                </th>
                <th>Slice</th>
                <th>Kind</th>
                <th className="num">Items</th>
                <th>Id for the SDK</th>
                <th>Made</th>
                <th>
                  <span className="sr">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {known.map((slice) => (
                <SliceRow
                  key={slice.slice_id}
                  slice={slice}
                  isPicked={picked.includes(slice.slice_id)}
                  onPick={() => toggle(slice.slice_id)}
                />
              ))}
            </tbody>
          </table>
        </div>
      </section>
      {two[0] !== undefined && two[1] !== undefined && (
        <CombineSlices datasetId={datasetId} first={two[0]} second={two[1]} />
      )}
    </div>
  );
}
