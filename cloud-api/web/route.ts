/** The dashboard's addresses, both ways. They hold ids only, nothing that opens anything. Pure. */

/** Pages of one dataset, each a last part of its address. */
export const datasetPages = ['map', 'slices', 'duplicates', 'compare', 'uploads'] as const;
/** Pages of the whole team, each a first part of the address. */
export const teamPages = ['tasks', 'batches', 'agents', 'privacy', 'usage', 'jobs'] as const;

/** Parts of the settings; the first has no name in the address. */
const settingsParts = ['keys', 'integrations', 'audit'] as const;
export type SettingsPart = (typeof settingsParts)[number];

export type Route =
  | { page: 'datasets' }
  | { page: 'dataset'; datasetId: string; referenceId?: string }
  | { page: (typeof datasetPages)[number]; datasetId: string }
  | { page: (typeof teamPages)[number] }
  | { page: 'settings'; part: SettingsPart }
  | { page: 'sign-in' }
  | { page: 'unknown' };

/** What is looked for in a dataset, and in which order. */
export interface Find {
  query: string;
  sort?: { field: string; descending: boolean } | undefined;
}

/** Reads a path as the address bar has it. Our links percent-encode reference ids completely; slashes typed by hand are taken as well. */
export function readRoute(pathname: string): Route {
  const parts = pathname.split('/').slice(1);
  if (parts.at(-1) === '') parts.pop();
  const [first, datasetId, item, ...names] = parts.map(decoded);
  if (parts.length === 0) return { page: 'datasets' };
  const team = teamPages.find((page) => page === first);
  if (parts.length === 1 && team !== undefined) return { page: team };
  if (parts.length === 1 && first === 'sign-in') return { page: 'sign-in' };
  if (parts.length <= 2 && first === 'settings') {
    const part = settingsParts.find((known) => known === (datasetId ?? 'keys'));
    return part === undefined ? { page: 'unknown' } : { page: 'settings', part };
  }
  if (first !== 'd' || datasetId === undefined || datasetId === '') return { page: 'unknown' };
  if (parts.length === 2) return { page: 'dataset', datasetId };
  const page = datasetPages.find((known) => known === item);
  if (parts.length === 3 && page !== undefined) return { page, datasetId };
  const referenceId = names.includes(undefined) ? '' : names.join('/');
  if (item === 'i' && referenceId) return { page: 'dataset', datasetId, referenceId };
  return { page: 'unknown' };
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

export function datasetPath(datasetId: string, find: Find = { query: '' }): string {
  return `/d/${encodeURIComponent(datasetId)}${findSearch(find)}`;
}

/** Address of a page of a dataset that is not its grid. */
export function datasetPagePath(datasetId: string, page: (typeof datasetPages)[number]): string {
  return `${datasetPath(datasetId)}/${page}`;
}

export function settingsPath(part: SettingsPart): string {
  return part === 'keys' ? '/settings' : `/settings/${part}`;
}

/** Address at which two items are compared. */
export function comparePath(datasetId: string, a: string, b: string): string {
  return `${datasetPagePath(datasetId, 'compare')}?${new URLSearchParams({ a, b })}`;
}

/** @param tab part of the item that is shown, unless it is the first */
export function itemPath(datasetId: string, referenceId: string, find: Find = { query: '' }, tab?: string): string {
  const search = new URLSearchParams([
    ...new URLSearchParams(findSearch(find)),
    ...(tab === undefined ? [] : [['tab', tab] as [string, string]]),
  ]);
  return `${datasetPath(datasetId)}/i/${encodeURIComponent(referenceId)}${search.size === 0 ? '' : `?${search}`}`;
}

/** Reads `?q=…&sort=-field`; a minus before the field is descending. */
export function readFind(search: string): Find {
  const parameters = new URLSearchParams(search);
  const sort = parameters.get('sort') ?? '';
  const field = sort.replace(/^-/, '');
  return {
    query: parameters.get('q') ?? '',
    ...(field === '' ? {} : { sort: { field, descending: sort.startsWith('-') } }),
  };
}

/** The part of an address after its path, empty where nothing is looked for. */
export function findSearch({ query, sort }: Find): string {
  const parameters = new URLSearchParams({
    ...(query.trim() === '' ? {} : { q: query }),
    ...(sort === undefined ? {} : { sort: `${sort.descending ? '-' : ''}${sort.field}` }),
  });
  return parameters.size === 0 ? '' : `?${parameters}`;
}

/** Where to go after signing in: a path of this page, never another host. */
export function safeReturn(path: string | null): string {
  return path !== null && /^\/(?![/\\])/.test(path) && !path.startsWith('/sign-in') ? path : '/';
}
