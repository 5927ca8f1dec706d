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
  if (typeof value === 'object') return canonicalObject(value as Record<string, unknown>);
  throw new TypeError(`JSON cannot hold a ${typeof value}`);
}

/** A loop and not a chain of arrays: every record of every batch passes here on both sides. */
function canonicalObject(value: Record<string, unknown>): string {
  let text = '';
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}
