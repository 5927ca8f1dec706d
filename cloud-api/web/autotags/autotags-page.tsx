import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { CloudOff, WandSparkles } from 'lucide-react';
import { type ReactElement, useEffect } from 'react';
import { PageLink } from '../frame/page-link.tsx';
import { Snippet } from '../frame/snippet.tsx';
import { datasetPath } from '../route.ts';
import { AutotagRow } from './autotag-row.tsx';
import './autotags.css';
import { useAutotags } from './use-autotags.ts';

/** The autotags of a dataset: what each has tagged, and how to make one. */
export function AutotagsPage({ datasetId }: { datasetId: string }): ReactElement {
  const autotags = useAutotags(datasetId);
  useEffect(() => {
    document.title = 'Autotags · Nucleus';
  }, []);
  if (autotags.data === undefined) {
    if (!autotags.isError) return <div className="page" aria-busy="true" />;
    return (
      <EmptyState
        icon={CloudOff}
        title="The autotags did not load"
        actions={
          <button type="button" className="btn lead" onClick={() => void autotags.refetch()}>
            Try again
          </button>
        }
      >
        <p>{failureSentence(autotags.error)}</p>
      </EmptyState>
    );
  }
  const findItems = (
    <PageLink to={datasetPath(datasetId)} className="btn lead">
      Choose examples
    </PageLink>
  );
  if (autotags.data.length === 0) {
    return (
      <EmptyState icon={WandSparkles} title="No autotags yet" actions={findItems}>
        <p>
          An autotag learns from a few examples what you mean, and gives every item a score. Select some items in the
          grid (X), and press R. Vectors are learnt from where there are any, else perceptual hashes: no pixel is read.
        </p>
        <Snippet code={'tagged = dataset.autotag_items("wet roads", for_scores_greater_than=0.5)'} />
      </EmptyState>
    );
  }
  return (
    <div className="page">
      <div className="phead">
        <div className="grow">
          <h1>Autotags</h1>
          <p>
            Each learns from examples and scores every item, from −1 to 1. Ask for one in any query:{' '}
            <code>autotag.image = name</code>.
          </p>
        </div>
        {findItems}
      </div>
      <section className="card" aria-label="Autotags">
        <div className="tscroll">
          <table>
            <thead>
              <tr>
                <th>Autotag</th>
                <th>State</th>
                <th className="num">Tagged items</th>
                <th className="num">Positive examples</th>
                <th>Id for the SDK</th>
                <th>
                  <span className="sr">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {autotags.data.map((autotag) => (
                <AutotagRow key={autotag.id} datasetId={datasetId} autotag={autotag} />
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </div>
  );
}
