import { type CallInput, callEndpoint } from '@nucleus/shared/ui/client/call-endpoint.ts';
import { CallFailure, failureCode } from '@nucleus/shared/ui/client/call-failure.ts';
import type { Endpoint, ReplyOf } from '@nucleus/shared/wire/endpoint';
import { noteConnection } from './connection.ts';
import { queries, sessionKey } from './queries.ts';

/** Calls the cloud that served this page, with the session's cookie. Notes a lost connection and an ended session. */
export async function callCloud<E extends Endpoint>(endpoint: E, input: CallInput<E>): Promise<ReplyOf<E>> {
  try {
    const reply = await callEndpoint(endpoint, { origin: '', credentials: 'same-origin' }, input);
    noteConnection(true);
    return reply;
  } catch (error) {
    if (error instanceof CallFailure) noteConnection(error.code !== 'network');
    if (failureCode(error) === 'unauthenticated' && endpoint.access !== 'open') queries.setQueryData(sessionKey, null);
    throw error;
  }
}
