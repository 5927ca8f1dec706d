import { CallFailure, failureCode, failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { Banner } from '@nucleus/shared/ui/parts/banner.tsx';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { PixelContext } from '@nucleus/shared/ui/pixels/use-pixel.ts';
import { QueryBar } from '@nucleus/shared/ui/query/query-bar.tsx';
import type { QueryFault } from '@nucleus/shared/ui/query/query-error-line.tsx';
import { SortMenu } from '@nucleus/shared/ui/query/sort-menu.tsx';
import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { viewerShorthands } from '@nucleus/shared/wire/viewer';
import { CloudOff, FolderOpen, SearchX, FolderTree as TreeIcon } from 'lucide-react';
import { lazy, type ReactElement, Suspense, useState } from 'react';
import { navigate } from 'wouter/use-hash-location';
import { type Find, filePath, findPath, pagePath } from '../route.ts';
import { useOverview } from '../sources/use-overview.ts';
import { completeFiles } from './complete-files.ts';
import { FileGrid } from './file-grid.tsx';
import { ownPixels } from './file-loader.ts';
import { orders } from './orders.ts';
import { useFiles } from './use-files.ts';

interface FilesPageProps {
  find: Find;
  openKey: string | undefined;
  isWide: boolean;
}

const SidePanel = lazy(async () => ({ default: (await import('./side-panel.tsx')).SidePanel }));
const wideEnough = '(min-width: 1000px)';

/** The files of all sources: what finds them, their grid, and the open one. */
export function FilesPage({ find, openKey, isWide }: FilesPageProps): ReactElement {
  const sources = useOverview().data?.sources;
  const catalogued = sources?.reduce((sum, source) => sum + source.catalogued, 0);
  const result = useFiles(find, catalogued);
  const [pixels] = useState(ownPixels);
  const [showsSide, setShowsSide] = useState(() => matchMedia(wideEnough).matches);
  useKeys({ f: () => setShowsSide(!showsSide) });
  const change = (next: Find): void =>
    navigate(openKey === undefined ? findPath(next) : filePath(openKey, next, false));
  const setQuery = (query: string): void => change({ ...find, query });
  const fault = faultOf(result.failure);
  const { shown } = result;
  const total = shown?.pages.total;
  const isStale =
    shown !== undefined && (shown.find.query !== find.query || shown.find.sort !== find.sort) && result.isRunning;
  return (
    <PixelContext value={pixels}>
      <div className="finder">
        {!isWide && (
          <search className="find-bar">
            <button
              type="button"
              className="btn icon-only find-filters"
              aria-label="Folders"
              aria-expanded={showsSide}
              title="Folders (F)"
              onClick={() => setShowsSide(!showsSide)}
            >
              <TreeIcon className="icon" aria-hidden="true" />
            </button>
            <QueryBar
              place="viewer"
              complete={completeFiles}
              hint="Filter: path:folder/**, state:queued, iso > 800"
              shorthands={viewerShorthands}
              query={find.query}
              fault={fault}
              isRunning={result.isRunning}
              onRun={setQuery}
            />
            <span className={`find-count nowrap${isStale ? ' stale' : ''}`} role="status">
              {total !== undefined && (
                <>
                  <b>{count(total)}</b> {total === 1 ? 'file' : 'files'}
                  {shown?.tookMs() !== undefined && (
                    <span className="t3"> in {count(Math.max(1, shown.tookMs() ?? 0))} ms</span>
                  )}
                </>
              )}
            </span>
            <span className="hide-s">
              <SortMenu
                choices={orders}
                unsorted="Path"
                sort={find.sort}
                onSort={(sort) => change(sort === undefined ? { query: find.query } : { ...find, sort })}
              />
            </span>
          </search>
        )}
        <div className={showsSide && !isWide ? 'with-side' : 'with-side off'}>
          {showsSide && !isWide && sources !== undefined && (
            <Suspense fallback={<aside className="side" aria-busy="true" />}>
              <SidePanel sources={sources} find={find} onQuery={setQuery} />
            </Suspense>
          )}
          <div className="finder">
            {result.failure !== undefined && fault === undefined && (
              <Banner
                tone="w"
                icon={CloudOff}
                title={
                  failureCode(result.failure) === 'query-too-slow' ? 'The search was ended.' : 'The files did not load.'
                }
                code={failureCode(result.failure)}
                actions={
                  <button type="button" className="btn dense" onClick={result.retry}>
                    Try again
                  </button>
                }
              >
                {failureSentence(result.failure)}
              </Banner>
            )}
            {shown === undefined || total === undefined ? (
              <div className="work" aria-busy={result.isRunning} />
            ) : total === 0 && openKey === undefined ? (
              <Nothing find={shown.find} onQuery={setQuery} />
            ) : (
              <FileGrid
                key={JSON.stringify(shown.find)}
                pages={shown.pages}
                find={shown.find}
                total={total}
                openKey={openKey}
                isWide={isWide}
                isDim={fault !== undefined}
              />
            )}
          </div>
        </div>
      </div>
    </PixelContext>
  );
}

function faultOf(failure: unknown): QueryFault | undefined {
  if (!(failure instanceof CallFailure) || failure.code !== 'invalid-request') return undefined;
  return { sentence: failure.message, ...(typeof failure.at === 'object' ? { at: failure.at } : {}) };
}

function Nothing({ find, onQuery }: { find: Find; onQuery: (query: string) => void }): ReactElement {
  if (find.query === '') {
    return (
      <EmptyState
        icon={FolderOpen}
        title="No files yet"
        actions={<a href={`#${pagePath('sources')}`}>See the sources</a>}
      >
        <p>The agent is reading its folders. Files appear here by themselves.</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={SearchX}
      title="No file is like that"
      actions={
        <button type="button" className="btn lead" onClick={() => onQuery('')}>
          Show all files
        </button>
      }
    >
      <p>
        No file meets <code>{find.query}</code>.
      </p>
    </EmptyState>
  );
}
