/**
 * The one-time code of a sign-in link stands in the fragment, which browsers send to nobody. It is taken out of the address at once, so
 * that it stays in no history and on no screen.
 */
export function takeOneTimeCode(): string | undefined {
  const code = decodeURIComponent(location.hash.slice(1).replace(/%(?![0-9a-f]{2})/gi, '%25'));
  if (code === '') return undefined;
  history.replaceState(history.state, '', location.pathname + location.search);
  return code;
}
