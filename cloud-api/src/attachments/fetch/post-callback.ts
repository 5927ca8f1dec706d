/** Sends a body to an address that a customer chose, by the same rules as a fetch: nothing private, nothing followed, all of it bounded. */
import { openResponse } from './open-response.ts';
import { type FetchPolicy, vetTarget } from './vet-target.ts';

const limits = { connectMs: 5_000, headersMs: 15_000 };
const totalMs = 30_000;

/** @returns whether the server answered 2xx; a redirect, a refusal and silence are all false */
export async function postCallback(
  address: string,
  policy: FetchPolicy,
  sending: { body: string; headers: Record<string, string> },
  signal: AbortSignal,
): Promise<boolean> {
  const whole = AbortSignal.any([signal, AbortSignal.timeout(totalMs)]);
  try {
    const target = await vetTarget(address, policy);
    const parts = {
      method: 'POST' as const,
      headers: { 'accept': '*/*', 'content-type': 'application/json', ...sending.headers },
      body: Buffer.from(sending.body),
    };
    const response = await openResponse(target, parts, { limits, outbound: policy.outbound }, whole);
    const status = response.statusCode ?? 0;
    // What it says is of no interest: reading it could take for ever.
    response.destroy();
    return status >= 200 && status < 300;
  } catch {
    return false;
  }
}
