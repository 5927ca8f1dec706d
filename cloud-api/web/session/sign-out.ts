import { sessionEndpoints } from '@nucleus/shared/wire/session';
import { callCloud } from '../cloud/call-cloud.ts';
import { queries, sessionKey } from '../cloud/queries.ts';

let isAsked = false;

/** Whether the session ended because the person wanted it to. */
export function hasSignedOut(): boolean {
  return isAsked;
}

/** Ends the session; what the page knew goes with it. */
export async function signOut(): Promise<void> {
  isAsked = true;
  try {
    await callCloud(sessionEndpoints.signOut, {});
  } finally {
    queries.clear();
    queries.setQueryData(sessionKey, null);
  }
}
