/**
 * The viewer's addresses: paths in the fragment, so that the agent serves one document and sees none of them. Pure.
 */
export type Route = { page: 'files'; key?: string } | { page: 'exceptions' } | { page: 'sources' };

export function readRoute(hash: string): Route {
  const [first, key] = hash.replace(/^#?\/?/, '').split('/');
  if (first === 'exceptions') return { page: 'exceptions' };
  if (first === 'sources') return { page: 'sources' };
  return first === 'file' && key ? { page: 'files', key: decodeKey(key) } : { page: 'files' };
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

export const filesPath = '/';
export const exceptionsPath = '/exceptions';
export const sourcesPath = '/sources';

export function filePath(key: string): string {
  return `/file/${encodeURIComponent(key)}`;
}
