import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { ReactElement } from 'react';
import { datasetPath, type Route } from '../route.ts';
import { PageLink } from './page-link.tsx';

const names: Record<Route['page'], string> = {
  'datasets': 'Datasets',
  'dataset': 'Dataset',
  'slices': 'Slices',
  'duplicates': 'Duplicates',
  'map': 'Map',
  'compare': 'Compare',
  'uploads': 'Uploads',
  'agents': 'Agents',
  'jobs': 'Jobs',
  'privacy': 'Privacy report',
  'tasks': 'Tasks',
  'batches': 'Batches',
  'usage': 'Usage',
  'settings': 'Settings',
  'sign-in': 'Sign in',
  'unknown': 'Not found',
};

interface CrumbsProps {
  route: Route;
  tenant: string;
  /** Name of the dataset that the page is of, once it is known. */
  dataset: string | undefined;
}

/** Where the page stands: the team, the dataset, the page. */
export function Crumbs({ route, tenant, dataset }: CrumbsProps): ReactElement {
  const name = visibleText(dataset ?? 'Dataset');
  return (
    <div className="crumbs">
      <span className="t2 hide-s nowrap">{tenant}</span>
      <span className="t3 hide-s">/</span>
      {'datasetId' in route ? (
        <>
          <PageLink to="/" className="t2 hide-s">
            Datasets
          </PageLink>
          <span className="t3 hide-s">/</span>
          {route.page === 'dataset' ? (
            <h1 className="cut crumb">{name}</h1>
          ) : (
            <>
              <PageLink to={datasetPath(route.datasetId)} className="t2 cut">
                {name}
              </PageLink>
              <span className="t3">/</span>
              <b>{names[route.page]}</b>
            </>
          )}
        </>
      ) : (
        <b>{names[route.page]}</b>
      )}
    </div>
  );
}
