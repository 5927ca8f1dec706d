import { KeySheet } from '@nucleus/shared/ui/keyboard/key-sheet.tsx';
import { anywhereKeys, gridKeys, viewerKeys } from '@nucleus/shared/ui/keyboard/keys.ts';
import { Banner } from '@nucleus/shared/ui/parts/banner.tsx';
import { Logo } from '@nucleus/shared/ui/parts/logo.tsx';
import { ThemeButton } from '@nucleus/shared/ui/theme/theme-button.tsx';
import { counted } from '@nucleus/shared/ui/words/quantities.ts';
import {
  BookOpenCheck,
  CloudOff,
  Copy,
  FolderTree,
  Images,
  Lock,
  type LucideIcon,
  TriangleAlert,
  Users,
} from 'lucide-react';
import { type ReactElement, type ReactNode, useEffect, useSyncExternalStore } from 'react';
import { type Page, pagePath } from '../route.ts';
import { queries } from '../session/queries.ts';
import { viewerSession } from '../session/viewer-session.ts';
import { isTroubled } from '../sources/source-words.ts';
import { useOverview } from '../sources/use-overview.ts';

interface FrameProps {
  page: Page;
  children: ReactNode;
}

const titles: Record<Page, string> = {
  files: 'Files',
  ledger: 'What left',
  exceptions: 'Exceptions',
  duplicates: 'Duplicates',
  sources: 'Sources',
  sessions: 'Sessions',
};
const icons: Record<Page, LucideIcon> = {
  files: Images,
  ledger: BookOpenCheck,
  exceptions: TriangleAlert,
  duplicates: Copy,
  sources: FolderTree,
  sessions: Users,
};

/** Top bar, rail and the page between them. */
export function Frame({ page, children }: FrameProps): ReactElement {
  const isLost = useSyncExternalStore(viewerSession.subscribe, viewerSession.isAgentLost);
  const sources = useOverview().data?.sources ?? [];
  const files = sources.reduce((sum, source) => sum + source.catalogued, 0);
  const exceptions = sources.reduce((sum, source) => sum + source.exceptions, 0);
  const troubled = sources.filter(isTroubled).length;
  useEffect(() => {
    document.title = `${titles[page]} · ${location.host} viewer`;
  }, [page]);
  return (
    <div className="app">
      <header className="top">
        <a className="mark" href={`#${pagePath('files')}`} aria-label="Files">
          <Logo />
        </a>
        <div className="crumbs">
          <h1 className="crumb nowrap">{location.host}</h1>
          {sources.length > 0 && (
            <span className="t2 cut hide-s">
              {counted(files, 'file')} in {counted(sources.length, 'source')}
            </span>
          )}
        </div>
        <span className="pill in">
          <Lock className="icon s" aria-hidden="true" />
          <span>
            Local page<span className="hide-s">. Nothing here leaves this host</span>
          </span>
        </span>
        <KeySheet groups={[...gridKeys, ...viewerKeys, anywhereKeys]} />
        <ThemeButton />
      </header>
      <nav className="rail" aria-label="Main">
        {(Object.keys(titles) as Page[]).map((each) => (
          <RailLink
            key={each}
            to={pagePath(each)}
            icon={icons[each]}
            words={titles[each]}
            isCurrent={page === each}
            count={each === 'exceptions' ? exceptions : each === 'sources' ? troubled : 0}
          />
        ))}
      </nav>
      <main className="main" id="main">
        {isLost && (
          <Banner
            tone="w"
            icon={CloudOff}
            title="The agent does not answer."
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
            It may have stopped on its host. What is on screen stays.
          </Banner>
        )}
        {children}
      </main>
    </div>
  );
}

interface RailLinkProps {
  to: string;
  icon: LucideIcon;
  words: string;
  isCurrent: boolean;
  /** Shown as a badge when above 0. */
  count: number;
}

function RailLink({ to, icon: Icon, words, isCurrent, count }: RailLinkProps): ReactElement {
  return (
    <a href={`#${to}`} aria-current={isCurrent ? 'page' : undefined}>
      <Icon className="icon" aria-hidden="true" />
      {words}
      {count > 0 && <span className="n">{count > 999 ? '999+' : count}</span>}
    </a>
  );
}
