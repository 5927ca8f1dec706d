/** What a dashboard asks for in the address of `/connect`. Pure. */

export interface Ask {
  /** Origin of the dashboard, exactly as browsers spell origins. */
  origin: string;
  state: string;
}

/** Undefined when the address is not one that a dashboard makes: no origin, a path in it, another scheme, no state. */
export function readAsk(search: string, ownOrigin: string): Ask | undefined {
  const query = new URLSearchParams(search);
  const origin = query.get('origin') ?? '';
  const state = query.get('state') ?? '';
  if (
    !/^https?:\/\//.test(origin) ||
    !URL.canParse(origin) ||
    new URL(origin).origin !== origin ||
    origin === ownOrigin
  )
    return undefined;
  return /^[\w-]{16,128}$/.test(state) ? { origin, state } : undefined;
}
