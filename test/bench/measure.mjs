/** What every benchmark needs: the middle and the tail of its rounds, and one line of JSON that `run.mjs` collects. */

export function median(values) {
  return percentile(values, 50);
}

/** The value that `share` percent of `values` do not exceed, between the two nearest. */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = ((sorted.length - 1) * share) / 100;
  const below = sorted[Math.floor(at)];
  return below + (sorted[Math.ceil(at)] - below) * (at - Math.floor(at));
}

/**
 * Tells one figure. `target` is the least ratio of ours to the peer's, `mostRatio` the greatest; `atLeast` and `atMost` are limits of the figure itself.
 * @param {{ name: string, unit: string, ours: number, peer?: { name: string, value: number }, target?: number, mostRatio?: number, atLeast?: number, atMost?: number, about?: string }} figure
 */
export function report({ name, unit, ours, peer, target, mostRatio, atLeast, atMost, about }) {
  const ratio = peer && ours / peer.value;
  const reached = [
    target === undefined || ratio === undefined ? undefined : ratio >= target,
    mostRatio === undefined || ratio === undefined ? undefined : ratio <= mostRatio,
    atLeast === undefined ? undefined : ours >= atLeast,
    atMost === undefined ? undefined : ours <= atMost,
  ].filter((each) => each !== undefined);
  process.stdout.write(
    `${JSON.stringify({
      name,
      unit,
      ours: round(ours),
      peer: peer && { ...peer, value: round(peer.value) },
      ratio: ratio && round(ratio),
      target,
      most_ratio: mostRatio,
      at_least: atLeast,
      at_most: atMost,
      reached: reached.length === 0 ? undefined : reached.every(Boolean),
      about,
    })}\n`,
  );
}

const round = (value) => Number(value.toPrecision(3));
