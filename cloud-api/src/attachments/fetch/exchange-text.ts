/** Short conversations with token services and stores, under the same rules as every fetch. */
import { type FetchLimits, fetchLimits, within } from './fetch-attachment.ts';
import { openResponse, type RequestParts } from './open-response.ts';
import { type FetchPolicy, vetTarget } from './vet-target.ts';

export interface Exchanged {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The first bytes of the reply, as text. */
  text: string;
}

const mostReplyBytes = 64 * 1024;
const totalMs = 15_000;

/**
 * Sends one request to a store or a token service and reads the beginning of its answer, whatever its status. Redirects are not
 * followed: nobody else is to see the credentials.
 * @throws FetchRefusal or what the socket reports
 */
export async function exchangeText(
  url: string,
  parts: RequestParts,
  policy: FetchPolicy,
  signal: AbortSignal,
  limits: FetchLimits = fetchLimits,
): Promise<Exchanged> {
  const whole = AbortSignal.any([signal, AbortSignal.timeout(totalMs)]);
  const target = await within(vetTarget(url, policy, undefined, true), limits.connectMs, whole);
  const sent = { ...parts, headers: { accept: '*/*', ...parts.headers } };
  const response = await openResponse(target, sent, { limits, outbound: policy.outbound }, whole);
  const stop = () => response.destroy(new Error('the answer took too long'));
  whole.addEventListener('abort', stop, { once: true });
  try {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= mostReplyBytes) break;
    }
    const text = Buffer.concat(chunks).toString('utf8', 0, mostReplyBytes);
    return { status: response.statusCode ?? 0, headers: response.headers, text };
  } finally {
    whole.removeEventListener('abort', stop);
    response.destroy();
  }
}
