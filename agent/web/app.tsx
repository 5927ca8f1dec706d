import type { ReactElement } from 'react';
import { useSyncExternalStore } from 'react';
import { useHashLocation } from 'wouter/use-hash-location';
import { ExceptionsPage } from './exceptions/exceptions-page.tsx';
import { FilesPage } from './files/files-page.tsx';
import { Frame } from './frame/frame.tsx';
import { readRoute } from './route.ts';
import { ClosedPage } from './session/closed-page.tsx';
import { openViewer, viewerSession } from './session/viewer-session.ts';
import { SourcesPage } from './sources/sources-page.tsx';

void openViewer();

/** The local viewer: whether it is open, and which page. */
export function App(): ReactElement | null {
  const session = useSyncExternalStore(viewerSession.subscribe, viewerSession.state);
  const [path] = useHashLocation();
  if (session.at === 'opening') return null;
  if (session.at === 'closed') return <ClosedPage why={session.why} />;
  const route = readRoute(path);
  return (
    <Frame page={route.page}>
      {route.page === 'files' && <FilesPage openKey={route.key} />}
      {route.page === 'exceptions' && <ExceptionsPage />}
      {route.page === 'sources' && <SourcesPage />}
    </Frame>
  );
}
