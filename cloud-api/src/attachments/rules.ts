/** Decisions about fetching attachments. Pure. */

/** What an address asks something of: a host and its port, or a bucket. Undefined for one that says nothing. */
export function hostOf(address: string): string | undefined {
  const bucket = /^(?:s3|gs):\/\/[^/]{1,255}/i.exec(address)?.[0];
  if (bucket !== undefined) return bucket.toLowerCase();
  return /^https?:/i.test(address) && URL.canParse(address) ? new URL(address).host : undefined;
}

/** Fetches of one attachment before a failure that may pass is taken for final; the waits between them are 1, 3, 9 and 27 s. */
export const mostFetchTries = 5;

/** Wait before the next fetch, after `tries` of them. */
export function fetchWaitMs(tries: number): number {
  return 1_000 * 3 ** (tries - 1);
}
