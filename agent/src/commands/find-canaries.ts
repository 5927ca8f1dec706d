/** Searches what would leave for what was planted. Pure. */

const runBytes = 16;

/** Which of `values` stand in any of the bytes: as they are in any case, percent-encoded, as hex or as base64. */
export function findTexts(haystacks: readonly Buffer[], values: readonly string[]): string[] {
  const texts = haystacks.map((bytes) => bytes.toString('utf8').toLowerCase());
  return values.filter((value) => spellings(value).some((spelled) => texts.some((text) => text.includes(spelled))));
}

function spellings(value: string): string[] {
  const bytes = Buffer.from(value);
  // base64 depends on where in a group of three bytes a text begins; its last group depends on what follows
  const base64 = [0, 1, 2].map((skip) =>
    bytes
      .subarray(skip)
      .toString('base64')
      .replace(/.{0,3}=*$/, ''),
  );
  return [value, encodeURIComponent(value), bytes.toString('hex'), ...base64.filter(({ length }) => length >= 8)].map(
    (text) => text.toLowerCase(),
  );
}

/**
 * Whether a run of 16 bytes of `needle` stands in any of the bytes, or in what their hex and base64 texts decode to. Runs of fewer than
 * four different bytes are passed over: padding says nothing of a picture.
 */
export function holdsRunOf(haystacks: readonly Buffer[], needle: Buffer): boolean {
  const seen = new Set<string>();
  for (const bytes of haystacks.flatMap((it) => [it, ...decoded(it)])) {
    const text = bytes.toString('latin1');
    for (let at = 0; at + runBytes <= text.length; at += 1) seen.add(text.slice(at, at + runBytes));
  }
  const text = needle.toString('latin1');
  for (let at = 0; at + runBytes <= text.length; at += 1) {
    const run = text.slice(at, at + runBytes);
    if (seen.has(run) && new Set(run).size >= 4) return true;
  }
  return false;
}

function decoded(bytes: Buffer): Buffer[] {
  const text = bytes.toString('latin1');
  return [
    ...[...text.matchAll(/[0-9a-fA-F]{32,}/g)].map(([run]) => Buffer.from(run, 'hex')),
    ...[...text.matchAll(/[A-Za-z0-9+/_-]{22,}/g)].map(([run]) => Buffer.from(run, 'base64')),
  ];
}
