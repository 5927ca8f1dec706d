/** Answers of token services, kept while they last. */

interface Fresh<Value> {
  value: Value;
  endsAtMs: number;
}

const mostKept = 500;
const earlyMs = 120_000;

/**
 * Asks once for whoever waits for the same thing and again shortly before it ends; a refusal is not kept. `name` must hold
 * everything that the answer depends on.
 */
export function keepTokens<Value>(): (name: string, ask: () => Promise<Fresh<Value>>) => Promise<Value> {
  const kept = new Map<string, Promise<Fresh<Value>>>();
  return async (name, ask) => {
    const known = await kept.get(name)?.catch(() => undefined);
    if (known !== undefined && known.endsAtMs - earlyMs > Date.now()) return known.value;
    const asking = ask();
    kept.delete(name);
    if (kept.size >= mostKept) kept.delete(kept.keys().next().value as string);
    kept.set(name, asking);
    try {
      return (await asking).value;
    } catch (error) {
      if (kept.get(name) === asking) kept.delete(name);
      throw error;
    }
  };
}
