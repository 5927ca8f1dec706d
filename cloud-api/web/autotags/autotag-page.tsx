import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { PixelContext } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import { sayFailure } from '@nucleus/shared/ui/toasts/toasts.ts';
import { count, counted } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { type Autotag, autotagEndpoints } from '@nucleus/shared/wire/autotags';
import { useQuery } from '@tanstack/react-query';
import { CloudOff, RefreshCw, SearchX, Trash2 } from 'lucide-react';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { callCloud } from '../cloud/call-cloud.ts';
import { PageLink } from '../frame/page-link.tsx';
import { PixelBanner } from '../pixels/pixel-banner.tsx';
import { useDatasetPixels } from '../pixels/use-dataset-pixels.ts';
import { datasetPagePath, datasetPath } from '../route.ts';
import { AutotagState } from './autotag-row.tsx';
import './autotags.css';
import { DeleteAutotag } from './delete-autotag.tsx';
import { RefineGrid } from './refine-grid.tsx';
import { ScoreHistogram } from './score-histogram.tsx';
import { refreshAutotags, useAutotags, useTraining } from './use-autotags.ts';
import { type ScoreOrder, taggedQuery, useExamples, useHistogram, useTagged } from './use-scores.ts';

/** One autotag: how its scores lie, what it tags, and its refinement. */
export function AutotagPage({ datasetId, autotagId }: { datasetId: string; autotagId: string }): ReactElement {
  const autotags = useAutotags(datasetId);
  const autotag = autotags.data?.find(({ id }) => id === autotagId);
  useEffect(() => {
    document.title = `${visibleText(autotag?.name ?? 'Autotag')} · Nucleus`;
  }, [autotag]);
  if (autotag !== undefined) return <Known datasetId={datasetId} autotag={autotag} />;
  if (autotags.data === undefined && !autotags.isError) return <div className="page" aria-busy="true" />;
  return (
    <EmptyState
      icon={autotags.isError ? CloudOff : SearchX}
      title={autotags.isError ? 'The autotag did not load' : 'This autotag is not here'}
      actions={
        <PageLink to={datasetPagePath(datasetId, 'autotags')} className="btn lead">
          See the autotags
        </PageLink>
      }
    >
      <p>{autotags.isError ? failureSentence(autotags.error) : 'It was deleted, or the address has lost a part.'}</p>
    </EmptyState>
  );
}

function Known({ datasetId, autotag }: { datasetId: string; autotag: Autotag }): ReactElement {
  const [threshold, setThreshold] = useState(0);
  const [order, setOrder] = useState<ScoreOrder>('surest');
  const [isDeleting, setDeleting] = useState(false);
  const training = useTraining(datasetId).data;
  const histogram = useHistogram(datasetId, autotag);
  const tagged = useTagged(datasetId, autotag, threshold, order);
  const examples = useExamples(datasetId, autotag.name).data;
  const { pixels, agents } = useDatasetPixels(datasetId);
  const metrics = useQuery({
    queryKey: ['autotag-examples', datasetId, 'metrics', autotag.id],
    queryFn: ({ signal }) =>
      callCloud(autotagEndpoints.getRefinementMetrics, { params: { autotagId: autotag.id }, signal }),
  }).data;
  const isTraining = training != null;
  const wasTraining = useRef(false);
  useEffect(() => {
    if (wasTraining.current && !isTraining) void refreshAutotags(datasetId);
    wasTraining.current = isTraining;
  }, [isTraining, datasetId]);
  const train = async (work: Promise<unknown>): Promise<boolean> => {
    try {
      await work;
      await refreshAutotags(datasetId);
      return true;
    } catch (error) {
      sayFailure(failureSentence(error));
      return false;
    }
  };
  const refine = (positives: string[], negatives: string[]): Promise<boolean> =>
    train(
      callCloud(autotagEndpoints.refineAutotag, { params: { autotagId: autotag.id }, body: { positives, negatives } }),
    );
  const total = tagged.data?.pages[0]?.total;
  const items = tagged.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <PixelContext value={pixels}>
      <div className="page autotag">
        <div className="phead">
          <div className="grow">
            <h1 className="row brk">
              {visibleText(autotag.name)} <AutotagState status={autotag.status} />
            </h1>
            <p>
              {examples !== undefined && counted(examples.size, 'positive example')}
              {metrics !== undefined &&
                metrics.total_refinement_steps > 0 &&
                `, trained ${counted(metrics.total_refinement_steps, 'time')}`}
            </p>
          </div>
          <button
            type="button"
            className="btn"
            disabled={isTraining}
            onClick={() => void train(callCloud(autotagEndpoints.updateAutotag, { params: { autotagId: autotag.id } }))}
          >
            <RefreshCw className="icon s" aria-hidden="true" />
            Train again
          </button>
          <button type="button" className="btn" onClick={() => setDeleting(true)}>
            <Trash2 className="icon s" aria-hidden="true" />
            Delete
          </button>
        </div>
        {training != null && (
          <div className="note row" role="status">
            <span>Training, and scoring every item. What was tagged before stays until it is done.</span>
            <progress
              className="end"
              aria-label="Training"
              max={Math.max(1, training.total_steps)}
              value={training.completed_steps}
            />
          </div>
        )}
        {autotag.status === 'Errored' && !isTraining && (
          <p className="note d" role="alert">
            Training failed: its examples have neither a vector in the primary index nor a perceptual hash. Add vectors
            or other examples, and train again. <PageLink to="/jobs">See the job</PageLink>
          </p>
        )}
        {agents.map((agent) => (
          <PixelBanner key={agent.address.origin} pixels={agent} />
        ))}
        {autotag.status === 'Completed' && (
          <>
            <section className="card" aria-label="Scores">
              <header>
                <h2>Scores</h2>
                <span className="sm t2">
                  {total !== undefined && `${count(total)} tagged at ${threshold.toFixed(2)} and above`}
                  {histogram.data !== undefined &&
                    histogram.data.missing > 0 &&
                    `, ${counted(histogram.data.missing, 'item')} without a score`}
                </span>
                <PageLink
                  to={datasetPath(datasetId, { query: taggedQuery(autotag.name, threshold) })}
                  className="btn dense end"
                >
                  Open as grid
                </PageLink>
              </header>
              {histogram.isError ? (
                <p className="in sm c-d" role="alert">
                  {failureSentence(histogram.error)}
                </p>
              ) : (
                <ScoreHistogram bins={histogram.data?.bins ?? []} threshold={threshold} onThreshold={setThreshold} />
              )}
            </section>
            <RefineGrid
              datasetId={datasetId}
              items={items}
              total={total}
              examples={examples}
              order={order}
              isStale={tagged.isPlaceholderData}
              failure={tagged.isError ? failureSentence(tagged.error) : undefined}
              isBusy={isTraining}
              onOrder={setOrder}
              onMore={tagged.hasNextPage ? () => void tagged.fetchNextPage() : undefined}
              onTrain={refine}
            />
          </>
        )}
        {isDeleting && (
          <DeleteAutotag
            datasetId={datasetId}
            autotag={autotag}
            onClose={() => setDeleting(false)}
            onDeleted={() => navigate(datasetPagePath(datasetId, 'autotags'))}
          />
        )}
      </div>
    </PixelContext>
  );
}
