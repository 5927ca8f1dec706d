/** What every benchmark needs: the middle of its rounds, and one line of JSON that `run.mjs` collects. */

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Tells one figure. `target` is the least ratio of ours to the peer's, or to the limit when lower is better.
 * @param {{ name: string, unit: string, ours: number, peer?: { name: string, value: number }, target?: number, about?: string }} figure
 */
export function report({ name, unit, ours, peer, target, about }) {
  const ratio = peer ? ours / peer.value : undefined;
  process.stdout.write(
    `${JSON.stringify({ name, unit, ours: round(ours), peer: peer && { ...peer, value: round(peer.value) }, ratio: ratio && round(ratio), target, about })}\n`,
  );
}

const round = (value) => Number(value.toPrecision(3));
