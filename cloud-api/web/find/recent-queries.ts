/** The queries run last in a dataset, newest first, kept in this browser. */
const mostKept = 8;
const place = (datasetId: string): string => `nucleus.recent.${datasetId}`;

export function recentQueries(datasetId: string): string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(place(datasetId)) ?? '[]');
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string').slice(0, mostKept) : [];
  } catch {
    return [];
  }
}

export function noteQuery(datasetId: string, query: string): void {
  if (query.trim() === '') return;
  const kept = [query, ...recentQueries(datasetId).filter((each) => each !== query)].slice(0, mostKept);
  try {
    localStorage.setItem(place(datasetId), JSON.stringify(kept));
  } catch {
    // Storage may be closed or full: there are no recent queries then.
  }
}
