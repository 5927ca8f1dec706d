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
    return String(value === 0 ? 0 : value); // as JSON spells it, minus zero included
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') return canonicalObject(value as Record<string, unknown>);
  throw new TypeError(`JSON cannot hold a ${typeof value}`);
}

/** A loop and not a chain of arrays: every record of every batch passes here on both sides. */
function canonicalObject(value: Record<string, unknown>): string {
  let text = '';
  for (const key of inOrder(Object.keys(value))) {
    const member = value[key];
    if (member === undefined) continue;
    text += (text === '' ? '' : ',') + spelledKey(key) + canonicalJson(member);
  }
  return `{${text}}`;
}

/** Sorting costs more than seeing that there is nothing to sort: what was spelled so once comes back in order. */
function inOrder(keys: string[]): string[] {
  for (let i = 1; i < keys.length; i++) if ((keys[i - 1] as string) > (keys[i] as string)) return keys.sort();
  return keys;
}

const spelledKeys = new Map<string, string>();

/** Records have few keys, each spelled over and over. */
function spelledKey(key: string): string {
  const kept = spelledKeys.get(key);
  if (kept !== undefined) return kept;
  const spelled = `${JSON.stringify(key)}:`;
  if (spelledKeys.size < 1024 && key.length <= 64) spelledKeys.set(key, spelled);
  return spelled;
}
