/**
 * The viewer's addresses: paths in the fragment, so that the agent serves one document and sees none of them. Pure.
 */

/** What the grid looks for. */
export interface Find {
  query: string;
  sort?: { field: string; descending: boolean };
}
export type Route =
  /** `key`: the file that is open; `isWide`: on the whole page instead of beside the grid. */
  | { page: 'files'; find: Find; key?: string; isWide: boolean }
  | { page: 'ledger'; n?: number }
  | { page: 'exceptions' | 'duplicates' | 'sources' | 'sessions' };

export type Page = Route['page'];

const plainPages = ['exceptions', 'duplicates', 'sources', 'sessions'] as const;

export function readRoute(hash: string): Route {
  const [first = '', second, third] = hash.replace(/^#?\/?/, '').split('/');
  const plain = plainPages.find((page) => page === first);
  if (plain !== undefined) return { page: plain };
  if (first === 'ledger')
    return second && /^\d{1,15}$/.test(second) ? { page: 'ledger', n: Number(second) } : { page: 'ledger' };
  if ((first === 'file' || first === 'view') && second) {
    return { page: 'files', find: readFind(third), key: decoded(second), isWide: first === 'view' };
  }
  return { page: 'files', find: readFind(first === 'find' ? second : undefined), isWide: false };
}

export function pagePath(page: Page): string {
  return page === 'files' ? '/' : `/${page}`;
}

export function findPath(find: Find): string {
  const text = writeFind(find);
  return text === '' ? '/' : `/find/${text}`;
}

export function filePath(key: string, find: Find, isWide = false): string {
  const text = writeFind(find);
  return `/${isWide ? 'view' : 'file'}/${encodeURIComponent(key)}${text === '' ? '' : `/${text}`}`;
}

export function ledgerPath(n: number): string {
  return `/ledger/${n}`;
}

/** Encoded twice: a slash or a question mark of a query must not end its part of the path. */
function writeFind({ query, sort }: Find): string {
  const parts = new URLSearchParams();
  if (query !== '') parts.set('q', query);
  if (sort !== undefined) parts.set('sort', `${sort.descending ? '-' : ''}${sort.field}`);
  return encodeURIComponent(parts.toString());
}

function readFind(text: string | undefined): Find {
  const parts = new URLSearchParams(decoded(text ?? ''));
  const query = parts.get('q') ?? '';
  const sort = parts.get('sort') ?? '';
  if (!/^-?[a-z][a-z0-9_.]*$/.test(sort)) return { query };
  return { query, sort: { field: sort.replace(/^-/, ''), descending: sort.startsWith('-') } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
