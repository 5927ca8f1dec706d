import {
  Bookmark,
  Columns2,
  Copy,
  Globe,
  Images,
  Layers,
  ListChecks,
  type LucideIcon,
  Receipt,
  Server,
  Settings,
  Shield,
  SquareCheck,
  Upload,
} from 'lucide-react';
import { type ReactElement, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { datasetPagePath, type datasetPages, datasetPath, type Route } from '../route.ts';
import { PageLink } from './page-link.tsx';

interface Entry {
  page: Route['page'];
  name: string;
  icon: LucideIcon;
}

const ofDataset: readonly (Entry & { page: (typeof datasetPages)[number] })[] = [
  { page: 'map', name: 'Map', icon: Globe },
  { page: 'slices', name: 'Slices', icon: Bookmark },
  { page: 'duplicates', name: 'Duplicates', icon: Copy },
  { page: 'compare', name: 'Compare', icon: Columns2 },
  { page: 'uploads', name: 'Uploads', icon: Upload },
];
const ofTeam: readonly Entry[] = [
  { page: 'agents', name: 'Agents', icon: Server },
  { page: 'privacy', name: 'Privacy', icon: Shield },
  { page: 'tasks', name: 'Tasks', icon: SquareCheck },
  { page: 'batches', name: 'Batches', icon: Layers },
  { page: 'usage', name: 'Usage', icon: Receipt },
  { page: 'jobs', name: 'Jobs', icon: ListChecks },
  { page: 'settings', name: 'Settings', icon: Settings },
];

interface RailProps {
  route: Route;
  /** How many things of a page need attention. */
  attention: Partial<Record<Route['page'], number>>;
}

/** The way from page to page. Pages of a dataset lead to the one that was looked at last, and are not there before. */
export function Rail({ route, attention }: RailProps): ReactElement {
  const [lastId, setLastId] = useState<string>();
  const here = 'datasetId' in route ? route.datasetId : undefined;
  useEffect(() => {
    if (here !== undefined) setLastId(here);
  }, [here]);
  const nav = useRef<HTMLElement>(null);
  // on narrow screens the rail is a bar that scrolls
  // biome-ignore lint/correctness/useExhaustiveDependencies: each page has its own place in it
  useLayoutEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [route.page]);
  const datasetId = here ?? lastId;
  const isData = route.page === 'datasets' || route.page === 'dataset';
  return (
    <nav ref={nav} className="rail" aria-label="Main">
      <PageLink to={datasetId === undefined || isData ? '/' : datasetPath(datasetId)} isCurrent={isData}>
        <Images className="icon" aria-hidden="true" />
        Data
      </PageLink>
      {datasetId !== undefined &&
        ofDataset.map((entry) => (
          <RailLink
            key={entry.page}
            entry={entry}
            to={datasetPagePath(datasetId, entry.page)}
            isCurrent={route.page === entry.page}
            attention={attention[entry.page]}
          />
        ))}
      {ofTeam.map((entry) => (
        <RailLink
          key={entry.page}
          entry={entry}
          to={`/${entry.page}`}
          isCurrent={route.page === entry.page}
          attention={attention[entry.page]}
        />
      ))}
    </nav>
  );
}

interface RailLinkProps {
  entry: Entry;
  to: string;
  isCurrent: boolean;
  attention: number | undefined;
}

function RailLink({ entry, to, isCurrent, attention = 0 }: RailLinkProps): ReactElement {
  return (
    <PageLink to={to} isCurrent={isCurrent}>
      <entry.icon className="icon" aria-hidden="true" />
      {entry.name}
      {attention > 0 && (
        <span className="n">
          {attention}
          <span className="sr"> need attention</span>
        </span>
      )}
    </PageLink>
  );
}
