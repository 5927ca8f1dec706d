/** A run of bytes that stands in two places. */
export interface SharedRun {
  /** Offset in the bytes searched. */
  offset: number;
  bytes: Buffer;
}

/**
 * Finds a run of `length` bytes that stands both in `haystacks` and in `needleSource`. Runs of fewer than four different bytes
 * are passed over: zeros and padding say nothing of a picture.
 */
export function findSharedRun(haystacks: readonly Buffer[], needleSource: Buffer, length = 16): SharedRun | undefined {
  return sharedRunFinder(haystacks, length)(needleSource);
}

/** The same for many sources: the bytes searched are taken apart once. */
export function sharedRunFinder(
  haystacks: readonly Buffer[],
  length = 16,
): (needleSource: Buffer) => SharedRun | undefined {
  const seen = new Set<string>();
  for (const haystack of haystacks) {
    const text = haystack.toString('latin1');
    for (let at = 0; at + length <= text.length; at++) seen.add(text.slice(at, at + length));
  }
  return (needleSource) => {
    const text = needleSource.toString('latin1');
    for (let at = 0; at + length <= text.length; at++) {
      const run = text.slice(at, at + length);
      if (seen.has(run) && new Set(run).size >= 4) return { offset: at, bytes: Buffer.from(run, 'latin1') };
    }
    return undefined;
  };
}
