/** The queries run last at one place (a dataset, the viewer), newest first, kept in this browser. */
const mostKept = 8;
const keyOf = (place: string): string => `nucleus.recent.${place}`;

export function recentQueries(place: string): string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(keyOf(place)) ?? '[]');
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string').slice(0, mostKept) : [];
  } catch {
    return [];
  }
}

export function noteQuery(place: string, query: string): void {
  if (query.trim() === '') return;
  const kept = [query, ...recentQueries(place).filter((each) => each !== query)].slice(0, mostKept);
  try {
    localStorage.setItem(keyOf(place), JSON.stringify(kept));
  } catch {
    // Storage may be closed or full: there are no recent queries then.
  }
}
