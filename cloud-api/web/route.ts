/** The dashboard's addresses, both ways. They hold ids only, nothing that opens anything. Pure. */

export type Route =
  | { page: 'datasets' }
  | { page: 'dataset'; datasetId: string; referenceId?: string }
  | { page: 'agents' }
  | { page: 'sign-in' }
  | { page: 'unknown' };

/** Reads a path as the address bar has it: reference ids are percent-encoded completely, slashes too. */
export function readRoute(pathname: string): Route {
  const parts = pathname.split('/').slice(1);
  if (parts.at(-1) === '') parts.pop();
  const [first, datasetId, item, referenceId] = parts.map(decoded);
  if (parts.length === 0) return { page: 'datasets' };
  if (parts.length === 1 && first === 'agents') return { page: 'agents' };
  if (parts.length === 1 && first === 'sign-in') return { page: 'sign-in' };
  if (first !== 'd' || datasetId === undefined || datasetId === '') return { page: 'unknown' };
  if (parts.length === 2) return { page: 'dataset', datasetId };
  if (parts.length === 4 && item === 'i' && referenceId) return { page: 'dataset', datasetId, referenceId };
  return { page: 'unknown' };
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

export function datasetPath(datasetId: string): string {
  return `/d/${encodeURIComponent(datasetId)}`;
}

export function itemPath(datasetId: string, referenceId: string): string {
  return `${datasetPath(datasetId)}/i/${encodeURIComponent(referenceId)}`;
}

/** Where to go after signing in: a path of this page, never another host. */
export function safeReturn(path: string | null): string {
  return path !== null && /^\/(?![/\\])/.test(path) && !path.startsWith('/sign-in') ? path : '/';
}
