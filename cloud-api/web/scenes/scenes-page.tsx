import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { sceneEndpoints } from '@nucleus/shared/wire/scenes';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { CloudOff, Film, Search } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { PageLink } from '../frame/page-link.tsx';
import { Snippet } from '../frame/snippet.tsx';
import { scenePath } from '../route.ts';
import { plainFields } from './frames.ts';
import './scenes.css';

const pageSize = 100;
const mostFields = 5;
const firstScene = `dataset.append([
  VideoScene("clip-1", frame_rate=12, items=[DatasetItem(url, "clip-1/0"), …]),
  LidarScene("drive-1", frames=[Frame(lidar=…, front=…), …]),
], asynchronous=True)`;

/** The scenes of a dataset: found by a query, opened one by one. */
export function ScenesPage({ datasetId }: { datasetId: string }): ReactElement {
  const [typed, setTyped] = useState('');
  const [query, setQuery] = useState('');
  const scenes = useInfiniteQuery({
    queryKey: ['scenes', datasetId, query],
    queryFn: ({ pageParam, signal }) =>
      callCloud(sceneEndpoints.queryScenes, {
        params: { datasetId },
        body: { query, pageToken: pageParam, pageSize },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextPageToken }) => nextPageToken,
    placeholderData: keepPreviousData,
  });
  useEffect(() => {
    document.title = 'Scenes · Nucleus';
  }, []);
  const rows = scenes.data?.pages.flatMap(({ items }) => items) ?? [];
  if (scenes.data === undefined && query === '') {
    if (!scenes.isError) return <div className="page" aria-busy="true" />;
    return (
      <EmptyState
        icon={CloudOff}
        title="The scenes did not load"
        actions={
          <button type="button" className="btn lead" onClick={() => void scenes.refetch()}>
            Try again
          </button>
        }
      >
        <p>{failureSentence(scenes.error)}</p>
      </EmptyState>
    );
  }
  if (rows.length === 0 && query === '') {
    return (
      <EmptyState icon={Film} title="No scenes yet">
        <p>
          A scene is items in time: a video, or the frames of several sensors. A dataset takes scenes when it was made
          with <code>is_scene=True</code>; send them by the Python client.
        </p>
        <Snippet code={firstScene} />
      </EmptyState>
    );
  }
  return (
    <div className="page">
      <div className="phead">
        <div className="grow">
          <h1>Scenes</h1>
          <p>Items in time: videos, and the frames of several sensors.</p>
        </div>
        <form
          className="row scene-find"
          onSubmit={(event) => {
            event.preventDefault();
            setQuery(typed.trim());
          }}
        >
          <span className={`inp grow${scenes.isError ? ' bad' : ''}`}>
            <Search className="icon s t3" aria-hidden="true" />
            <input
              aria-label="Query over scenes"
              placeholder='metadata.city = "Oulu"'
              value={typed}
              onChange={({ target }) => setTyped(target.value)}
            />
          </span>
          <button type="submit" className="btn">
            Find
          </button>
        </form>
      </div>
      {scenes.isError ? (
        <p className="note d" role="alert">
          {failureSentence(scenes.error)}
        </p>
      ) : rows.length === 0 ? (
        <p className="note">
          No scene meets <code>{query}</code>.{' '}
          <button
            type="button"
            className="btn ghost dense"
            onClick={() => {
              setTyped('');
              setQuery('');
            }}
          >
            Show all scenes
          </button>
        </p>
      ) : (
        <section className={`card${scenes.isPlaceholderData ? ' dim' : ''}`} aria-label="Scenes">
          <div className="tscroll">
            <table>
              <thead>
                <tr>
                  <th>Scene</th>
                  <th>Kind</th>
                  <th>Metadata</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((scene) => (
                  <tr key={scene.id}>
                    <td className="brk">
                      <PageLink to={scenePath(datasetId, scene.reference_id)}>
                        {visibleText(scene.reference_id)}
                      </PageLink>
                    </td>
                    <td>
                      <span className="pill sq">{scene.type}</span>
                    </td>
                    <td className="t2">
                      {plainFields(scene.metadata)
                        .slice(0, mostFields)
                        .map(([name, value]) => `${visibleText(name)} ${visibleText(value)}`)
                        .join(', ')}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      {scenes.hasNextPage && !scenes.isError && (
        <button
          type="button"
          className="btn"
          disabled={scenes.isFetchingNextPage}
          onClick={() => void scenes.fetchNextPage()}
        >
          Show more scenes
        </button>
      )}
    </div>
  );
}
