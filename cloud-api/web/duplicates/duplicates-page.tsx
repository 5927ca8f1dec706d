import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { PixelContext } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import { CloudOff, SearchX } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { PixelBanner } from '../pixels/pixel-banner.tsx';
import { useDatasetPixels } from '../pixels/use-dataset-pixels.ts';
import { useTags } from '../tags/use-tags.ts';
import { DuplicatesHead } from './duplicates-head.tsx';
import { GroupList } from './group-list.tsx';
import { decidedQuery, useGroups } from './use-groups.ts';

const usualBits = 4;

/** Pictures that look alike, group by group: one is kept, the others are archived. Works without the agent and without pixels. */
export function DuplicatesPage({ datasetId }: { datasetId: string }): ReactElement {
  const [threshold, setThreshold] = useState(usualBits);
  const tags = useTags(datasetId, '');
  const decided = tags.data === undefined ? undefined : decidedQuery(tags.data.tags.map(({ tag }) => tag));
  const groups = useGroups(datasetId, threshold, decided);
  const { pixels, agents } = useDatasetPixels(datasetId);
  useEffect(() => {
    document.title = 'Duplicates · Nucleus';
  }, []);

  const first = groups.data?.pages[0];
  const failure = groups.error ?? tags.error;
  if (first === undefined || decided === undefined) {
    if (failure === null) return <div className="work" aria-busy="true" />;
    return (
      <EmptyState
        icon={CloudOff}
        title="The groups did not load"
        actions={
          <button type="button" className="btn lead" onClick={() => void groups.refetch()}>
            Try again
          </button>
        }
      >
        <p>{failureSentence(failure)}</p>
      </EmptyState>
    );
  }
  return (
    <PixelContext value={pixels}>
      <div className="finder">
        <DuplicatesHead
          datasetId={datasetId}
          threshold={threshold}
          decided={decided}
          page={first}
          onThreshold={setThreshold}
        />
        {agents.map((agent) => (
          <PixelBanner key={agent.address.origin} pixels={agent} />
        ))}
        {first.total === 0 ? (
          <EmptyState
            icon={SearchX}
            title={first.decided > 0 ? 'Every group is decided' : 'No duplicates'}
            actions={
              threshold < 12 && (
                <button type="button" className="btn lead" onClick={() => setThreshold(Math.min(16, threshold + 4))}>
                  Search up to {Math.min(16, threshold + 4)} bits
                </button>
              )
            }
          >
            <p>
              No undecided item is within {threshold} of 64 bits of another.
              {first.without_hash > 0 && ` ${first.without_hash} items have no perceptual hash and were not compared.`}
            </p>
          </EmptyState>
        ) : (
          <GroupList
            datasetId={datasetId}
            groups={groups.data?.pages.flatMap((page) => page.groups) ?? []}
            firstNumber={first.decided + 1}
            hasMore={groups.hasNextPage}
            onMore={() => void groups.fetchNextPage()}
          />
        )}
      </div>
    </PixelContext>
  );
}
