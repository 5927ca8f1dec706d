import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { CloudOff, FolderOpen } from 'lucide-react';
import { type ReactElement, useEffect, useState, useSyncExternalStore } from 'react';
import { sourcesPath } from '../route.ts';
import { useOverview } from '../sources/use-overview.ts';
import { FileGrid } from './file-grid.tsx';
import { filePages } from './file-loader.ts';

/** The files of all sources, or why none are shown. */
export function FilesPage({ openKey }: { openKey: string | undefined }): ReactElement {
  const [pages] = useState(filePages);
  useSyncExternalStore(pages.subscribe, pages.version);
  useEffect(() => pages.want([0]), [pages]);
  const catalogued = useOverview().data?.sources.reduce((sum, source) => sum + source.catalogued, 0);
  // The counts are newer than the grid: something came or went, so the first page is asked for its total again.
  useEffect(() => {
    if (catalogued !== undefined && pages.total !== undefined && catalogued !== pages.total) void pages.refreshTotal();
  }, [catalogued, pages]);
  if (pages.total === undefined) {
    if (pages.failure === undefined) return <div className="work" aria-busy="true" />;
    return (
      <EmptyState
        icon={CloudOff}
        title="The files did not load"
        actions={
          <button type="button" className="btn lead" onClick={() => pages.retry()}>
            Try again
          </button>
        }
      >
        <p>{failureSentence(pages.failure)}</p>
      </EmptyState>
    );
  }
  if (pages.total === 0) {
    return (
      <EmptyState icon={FolderOpen} title="No files yet" actions={<a href={`#${sourcesPath}`}>See the sources</a>}>
        <p>The agent is reading its folders. Files appear here by themselves.</p>
      </EmptyState>
    );
  }
  return <FileGrid pages={pages} total={pages.total} openKey={openKey} />;
}
