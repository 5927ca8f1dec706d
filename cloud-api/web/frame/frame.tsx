import { KeySheet } from '@nucleus/shared/ui/keyboard/key-sheet.tsx';
import { anywhereKeys, dashboardKeys, findKeys, gridKeys } from '@nucleus/shared/ui/keyboard/keys.ts';
import { Banner } from '@nucleus/shared/ui/parts/banner.tsx';
import { Logo } from '@nucleus/shared/ui/parts/logo.tsx';
import { ThemeButton } from '@nucleus/shared/ui/theme/theme-button.tsx';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { sessionEndpoints } from '@nucleus/shared/wire/session';
import { CloudOff, Images, LogOut, Server } from 'lucide-react';
import { type ReactElement, type ReactNode, useSyncExternalStore } from 'react';
import { troubleOf } from '../agents/trouble.ts';
import { callCloud } from '../cloud/call-cloud.ts';
import { connection } from '../cloud/connection.ts';
import { useAgents, useDatasets } from '../cloud/lists.ts';
import { queries, sessionKey } from '../cloud/queries.ts';
import type { Route } from '../route.ts';
import type { Session } from '../session/use-session.ts';
import { AgentPill } from './agent-pill.tsx';
import { PageLink } from './page-link.tsx';

interface FrameProps {
  route: Route;
  session: Session;
  children: ReactNode;
}

async function signOut(): Promise<void> {
  try {
    await callCloud(sessionEndpoints.signOut, {});
  } finally {
    queries.clear();
    queries.setQueryData(sessionKey, null);
  }
}

/** Top bar, rail and the page between them. */
export function Frame({ route, session, children }: FrameProps): ReactElement {
  const isLost = useSyncExternalStore(connection.subscribe, connection.isLost);
  const agents = useAgents();
  const datasets = useDatasets();
  const troubled = agents.data?.reduce((sum, agent) => sum + troubleOf(agent).length, 0) ?? 0;
  const dataset =
    route.page === 'dataset' ? datasets.data?.find((view) => view.dataset_id === route.datasetId) : undefined;
  const isData = route.page === 'datasets' || route.page === 'dataset';
  return (
    <div className="app">
      <header className="top">
        <PageLink to="/" className="mark" label="Datasets">
          <Logo />
        </PageLink>
        <div className="crumbs">
          <span className="t2 hide-s nowrap">{session.tenant.name}</span>
          <span className="t3 hide-s">/</span>
          {route.page === 'dataset' ? (
            <>
              <PageLink to="/" className="t2 hide-s">
                Datasets
              </PageLink>
              <span className="t3 hide-s">/</span>
              <h1 className="cut crumb">{visibleText(dataset?.name ?? 'Dataset')}</h1>
            </>
          ) : (
            <b>{route.page === 'agents' ? 'Agents' : route.page === 'datasets' ? 'Datasets' : 'Not found'}</b>
          )}
        </div>
        <AgentPill agents={agents.data} />
        <KeySheet groups={[...gridKeys, findKeys, dashboardKeys, anywhereKeys]} />
        <ThemeButton />
        <button
          type="button"
          className="btn ghost icon-only"
          aria-label="Sign out"
          title="Sign out"
          onClick={() => void signOut()}
        >
          <LogOut className="icon" aria-hidden="true" />
        </button>
      </header>
      <nav className="rail" aria-label="Main">
        <PageLink to="/" isCurrent={isData}>
          <Images className="icon" aria-hidden="true" />
          Data
        </PageLink>
        <PageLink to="/agents" isCurrent={route.page === 'agents'}>
          <Server className="icon" aria-hidden="true" />
          Agents
          {troubled > 0 && (
            <span className="n">
              {troubled}
              <span className="sr"> need attention</span>
            </span>
          )}
        </PageLink>
      </nav>
      <main className="main" id="main">
        {isLost && (
          <Banner
            tone="w"
            icon={CloudOff}
            title="Connection lost."
            actions={
              <button
                type="button"
                className="btn dense"
                onClick={() => void queries.refetchQueries({ type: 'active' })}
              >
                Retry now
              </button>
            }
          >
            You can keep looking; changes wait.
          </Banner>
        )}
        {children}
      </main>
    </div>
  );
}
