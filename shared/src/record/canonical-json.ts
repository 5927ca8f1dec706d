/** What JSON can hold without loss. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined };

/**
 * One spelling for one value: keys sorted by UTF-16 code unit, no white space, `undefined` left out.
 * Both sides hash this text, so it must never depend on the order in which an object was built.
 * @throws TypeError for NaN, infinities and what JSON cannot hold.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('a number must be finite');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') {
    const parts = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${parts.join(',')}}`;
  }
  throw new TypeError(`JSON cannot hold a ${typeof value}`);
}
