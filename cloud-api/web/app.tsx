import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { CloudOff, SearchX } from 'lucide-react';
import { lazy, type ReactElement, useEffect, useRef } from 'react';
import { navigate, usePathname } from 'wouter/use-browser-location';
import { useDatasets } from './cloud/lists.ts';
import { DatasetPage } from './dataset/dataset-page.tsx';
import { GoneDataset } from './dataset/gone-dataset.tsx';
import { DatasetsPage } from './datasets/datasets-page.tsx';
import { Frame } from './frame/frame.tsx';
import { Late } from './frame/late.tsx';
import { type Route, readRoute } from './route.ts';
import { SignInPage } from './session/sign-in-page.tsx';
import { hasSignedOut } from './session/sign-out.ts';
import { useSession } from './session/use-session.ts';

// The grid comes with the first page; every other page comes when it is looked at.
const AgentsPage = lazy(async () => ({ default: (await import('./agents/agents-page.tsx')).AgentsPage }));
const SlicesPage = lazy(async () => ({ default: (await import('./slices/slices-page.tsx')).SlicesPage }));
const ScenesPage = lazy(async () => ({ default: (await import('./scenes/scenes-page.tsx')).ScenesPage }));
const ScenePage = lazy(async () => ({ default: (await import('./scenes/scene-page.tsx')).ScenePage }));
const AutotagsPage = lazy(async () => ({ default: (await import('./autotags/autotags-page.tsx')).AutotagsPage }));
const AutotagPage = lazy(async () => ({ default: (await import('./autotags/autotag-page.tsx')).AutotagPage }));
const ModelsPage = lazy(async () => ({ default: (await import('./models/models-page.tsx')).ModelsPage }));
const DuplicatesPage = lazy(async () => ({
  default: (await import('./duplicates/duplicates-page.tsx')).DuplicatesPage,
}));
const MapPage = lazy(async () => ({ default: (await import('./map/map-page.tsx')).MapPage }));
const TasksPage = lazy(async () => ({ default: (await import('./tasks/tasks-page.tsx')).TasksPage }));
const BatchesPage = lazy(async () => ({ default: (await import('./batches/batches-page.tsx')).BatchesPage }));
const UsagePage = lazy(async () => ({ default: (await import('./usage/usage-page.tsx')).UsagePage }));
const ComparePage = lazy(async () => ({ default: (await import('./compare/compare-page.tsx')).ComparePage }));
const UploadsPage = lazy(async () => ({ default: (await import('./uploads/uploads-page.tsx')).UploadsPage }));
const PrivacyPage = lazy(async () => ({ default: (await import('./privacy/privacy-page.tsx')).PrivacyPage }));
const SettingsPage = lazy(async () => ({ default: (await import('./settings/settings-page.tsx')).SettingsPage }));
const JobsPage = lazy(async () => ({ default: (await import('./jobs/jobs-page.tsx')).JobsPage }));

/**
 * The dashboard: who is signed in, and which page. Signing in loads the page anew, because the content security policy that comes
 * with it names the agents of the team.
 */
export function App(): ReactElement | null {
  const route = readRoute(usePathname());
  if (route.page === 'sign-in') return <SignInPage onDone={(path) => location.replace(path)} />;
  return <SignedIn route={route} />;
}

function SignedIn({ route }: { route: Route }): ReactElement | null {
  const session = useSession();
  const isSignedOut = session.data === null;
  const wasSignedIn = useRef(false);
  if (session.data) wasSignedIn.current = true;
  useEffect(() => {
    if (!isSignedOut) return;
    const isWanted = hasSignedOut();
    const asked = new URLSearchParams({
      ...(isWanted || location.pathname === '/' ? {} : { next: location.pathname + location.search }),
      ...(wasSignedIn.current && !isWanted ? { ended: '1' } : {}),
    });
    navigate(`/sign-in${asked.size === 0 ? '' : `?${asked}`}`, { replace: true });
  }, [isSignedOut]);
  const datasets = useDatasets(session.data !== null && session.data !== undefined).data;
  if (session.isError && session.data === undefined) {
    return (
      <EmptyState
        icon={CloudOff}
        title="The cloud does not answer"
        actions={
          <button type="button" className="btn lead" onClick={() => void session.refetch()}>
            Retry now
          </button>
        }
      >
        <p>{failureSentence(session.error)}</p>
      </EmptyState>
    );
  }
  if (!session.data) return null;
  const isGone =
    'datasetId' in route &&
    datasets !== undefined &&
    !datasets.some(({ dataset_id }) => dataset_id === route.datasetId);
  return (
    <Frame route={route} session={session.data}>
      <Late key={route.page} fallback={<div className="page" aria-busy="true" />}>
        {isGone ? <GoneDataset /> : <Page route={route} />}
      </Late>
    </Frame>
  );
}

function Page({ route }: { route: Route }): ReactElement {
  switch (route.page) {
    case 'datasets':
      return <DatasetsPage />;
    case 'dataset':
      // The key makes each dataset a grid of its own; opening an item keeps the grid.
      return <DatasetPage key={route.datasetId} datasetId={route.datasetId} referenceId={route.referenceId} />;
    case 'slices':
      return <SlicesPage key={route.datasetId} datasetId={route.datasetId} />;
    case 'duplicates':
      return <DuplicatesPage key={route.datasetId} datasetId={route.datasetId} />;
    case 'scenes':
      return <ScenesPage key={route.datasetId} datasetId={route.datasetId} />;
    case 'scene':
      return <ScenePage key={route.sceneRef} datasetId={route.datasetId} sceneRef={route.sceneRef} />;
    case 'autotags':
      return <AutotagsPage key={route.datasetId} datasetId={route.datasetId} />;
    case 'autotag':
      return <AutotagPage key={route.autotagId} datasetId={route.datasetId} autotagId={route.autotagId} />;
    case 'models':
      return <ModelsPage key={route.datasetId} datasetId={route.datasetId} />;
    case 'map':
      return <MapPage key={route.datasetId} datasetId={route.datasetId} />;
    case 'compare':
      return <ComparePage key={route.datasetId} datasetId={route.datasetId} />;
    case 'uploads':
      return <UploadsPage key={route.datasetId} datasetId={route.datasetId} />;
    case 'agents':
      return <AgentsPage />;
    case 'privacy':
      return <PrivacyPage />;
    case 'tasks':
      return <TasksPage />;
    case 'batches':
      return <BatchesPage />;
    case 'usage':
      return <UsagePage />;
    case 'jobs':
      return <JobsPage />;
    case 'settings':
      return <SettingsPage part={route.part} />;
    default:
      return (
        <EmptyState
          icon={SearchX}
          title="There is no such page"
          actions={
            <a className="btn lead" href="/">
              See the datasets
            </a>
          }
        >
          <p>The address may have lost a part when it was copied.</p>
        </EmptyState>
      );
  }
}
