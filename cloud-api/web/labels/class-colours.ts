/** Which colour a class of labels has, as the number of a token, 1 to 8. Pure. */

const colours = 8;

export type ColourOf = (label: string) => number;

/**
 * Colours for the classes of a dataset: up to eight classes never share one, and a class keeps its own on every item. Each takes the
 * colour that its name falls on, or the next one that is used least.
 */
export function assignColours(classes: readonly string[]): ColourOf {
  const used = new Array<number>(colours).fill(0);
  const assigned = new Map<string, number>();
  for (const label of [...new Set(classes)].toSorted()) {
    const least = Math.min(...used);
    let at = hashOf(label) % colours;
    while ((used[at] ?? 0) > least) at = (at + 1) % colours;
    used[at] = least + 1;
    assigned.set(label, at + 1);
  }
  return (label) => assigned.get(label) ?? 1 + (hashOf(label) % colours);
}

/** FNV-1a of the UTF-16 units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}
