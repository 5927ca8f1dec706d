import { KeySheet } from '@nucleus/shared/ui/keyboard/key-sheet.tsx';
import {
  anywhereKeys,
  dashboardKeys,
  decideKeys,
  findKeys,
  gridKeys,
  labelKeys,
  videoKeys,
} from '@nucleus/shared/ui/keyboard/keys.ts';
import { Banner } from '@nucleus/shared/ui/parts/banner.tsx';
import { Logo } from '@nucleus/shared/ui/parts/logo.tsx';
import { ThemeButton } from '@nucleus/shared/ui/theme/theme-button.tsx';
import { ToastStack } from '@nucleus/shared/ui/toasts/toast-stack.tsx';
import { CloudOff, LogOut } from 'lucide-react';
import { type ReactElement, type ReactNode, useSyncExternalStore } from 'react';
import { troubleOf } from '../agents/trouble.ts';
import { connection } from '../cloud/connection.ts';
import { useAgents, useDatasets } from '../cloud/lists.ts';
import { queries } from '../cloud/queries.ts';
import type { Route } from '../route.ts';
import { signOut } from '../session/sign-out.ts';
import type { Session } from '../session/use-session.ts';
import { AgentPill } from './agent-pill.tsx';
import { Crumbs } from './crumbs.tsx';
import { PageLink } from './page-link.tsx';
import { Rail } from './rail.tsx';

interface FrameProps {
  route: Route;
  session: Session;
  children: ReactNode;
}

/** Top bar, rail and the page between them. */
export function Frame({ route, session, children }: FrameProps): ReactElement {
  const isLost = useSyncExternalStore(connection.subscribe, connection.isLost);
  const agents = useAgents();
  const datasets = useDatasets();
  const troubled = agents.data?.reduce((sum, agent) => sum + troubleOf(agent).length, 0) ?? 0;
  const dataset = 'datasetId' in route ? datasets.data?.find((view) => view.dataset_id === route.datasetId) : undefined;
  return (
    <div className="app">
      <header className="top">
        <PageLink to="/" className="mark" label="Datasets">
          <Logo />
        </PageLink>
        <Crumbs route={route} tenant={session.tenant.name} dataset={dataset?.name} />
        <AgentPill agents={agents.data} />
        <KeySheet groups={[...gridKeys, findKeys, labelKeys, videoKeys, decideKeys, dashboardKeys, anywhereKeys]} />
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
      <Rail route={route} attention={{ agents: troubled }} />
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
      <ToastStack />
    </div>
  );
}
