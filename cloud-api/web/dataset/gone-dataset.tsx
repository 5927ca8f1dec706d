import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { SearchX } from 'lucide-react';
import { type ReactElement, useEffect } from 'react';
import { PageLink } from '../frame/page-link.tsx';

/** What stands in place of any page of a dataset that is not there, or not there any more. */
export function GoneDataset(): ReactElement {
  useEffect(() => {
    document.title = 'Not here · Nucleus';
  }, []);
  return (
    <EmptyState
      icon={SearchX}
      title="This dataset is not here"
      actions={
        <PageLink to="/" className="btn lead">
          See the datasets
        </PageLink>
      }
    >
      <p>
        It was deleted, or the address belongs to another team. An agent that fills it pauses its source until you run
        it with <code>--recreate</code>.
      </p>
    </EmptyState>
  );
}
