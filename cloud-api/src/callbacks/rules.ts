import { createHmac } from 'node:crypto';

/** Tries of one callback, all within 24 hours. */
export const mostCallbackTries = 20;

const firstWaitMs = 5_000;
/** The first eleven waits double up to 5,120 s; eight of these fill the day. */
const longestWaitMs = 9_500_000;

/** Wait after try number `tries` (from 1), in milliseconds. */
export function callbackWaitMs(tries: number): number {
  const doubled = firstWaitMs * 2 ** (tries - 1);
  return tries > 11 ? longestWaitMs : Math.min(doubled, longestWaitMs);
}

/** Value of the signature header for a body that is sent at `nowMs`. */
export function signCallback(key: string, body: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  return `t=${seconds},v1=${createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')}`;
}

/** The key of one tenant's callbacks, the same in every process of a deployment. @param secret of the deployment's links */
export function callbackKeyOf(secret: Uint8Array, tenantId: string): string {
  return `cbk_${createHmac('sha256', secret).update(`callbacks of ${tenantId}`).digest('base64url')}`;
}
