import type { ReactElement } from 'react';
import { lazy, Suspense, useMemo, useSyncExternalStore } from 'react';
import { useHashLocation } from 'wouter/use-hash-location';
import { FilesPage } from './files/files-page.tsx';
import { Frame } from './frame/frame.tsx';
import { type Route, readRoute } from './route.ts';
import { openViewer, viewerSession } from './session/viewer-session.ts';

void openViewer();

// The grid is the first page; every other is fetched when it is first opened.
const ClosedPage = lazy(async () => ({ default: (await import('./session/closed-page.tsx')).ClosedPage }));
const LedgerPage = lazy(async () => ({ default: (await import('./ledger/ledger-page.tsx')).LedgerPage }));
const ExceptionsPage = lazy(async () => ({
  default: (await import('./exceptions/exceptions-page.tsx')).ExceptionsPage,
}));
const DuplicatesPage = lazy(async () => ({
  default: (await import('./duplicates/duplicates-page.tsx')).DuplicatesPage,
}));
const SourcesPage = lazy(async () => ({ default: (await import('./sources/sources-page.tsx')).SourcesPage }));
const SessionsPage = lazy(async () => ({ default: (await import('./sessions/sessions-page.tsx')).SessionsPage }));

/** The local viewer: whether it is open, and which page. */
export function App(): ReactElement | null {
  const session = useSyncExternalStore(viewerSession.subscribe, viewerSession.state);
  const [path] = useHashLocation();
  const route = useMemo(() => readRoute(path), [path]);
  if (session.at === 'opening') return null;
  if (session.at === 'closed') {
    return (
      <Suspense fallback={null}>
        <ClosedPage why={session.why} />
      </Suspense>
    );
  }
  return (
    <Frame page={route.page}>
      <Suspense fallback={<div className="work" aria-busy="true" />}>
        <PageOf route={route} />
      </Suspense>
    </Frame>
  );
}

function PageOf({ route }: { route: Route }): ReactElement {
  switch (route.page) {
    case 'files':
      return <FilesPage find={route.find} openKey={route.key} isWide={route.isWide} />;
    case 'ledger':
      return <LedgerPage openEntry={route.n} />;
    case 'exceptions':
      return <ExceptionsPage />;
    case 'duplicates':
      return <DuplicatesPage />;
    case 'sources':
      return <SourcesPage />;
    case 'sessions':
      return <SessionsPage />;
  }
}
