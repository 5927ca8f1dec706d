/**
 * The viewer's session. The one-time code comes in the fragment, which no server sees; it is taken out of the address and exchanged for a
 * bearer that lives in this tab only. The agent sets no cookie.
 */
import { type CallInput, callEndpoint } from '@nucleus/shared/ui/client/call-endpoint.ts';
import { CallFailure, failureCode, failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import type { Endpoint, ReplyOf } from '@nucleus/shared/wire/endpoint';
import { localEndpoints, ViewerSession } from '@nucleus/shared/wire/local';
import type { z } from 'zod';

export type SessionState =
  | { at: 'opening' }
  | { at: 'open'; session: z.infer<typeof ViewerSession> }
  /** `none`: opened without a code; `wrong-code`: used or too old; `expired`: it was open before. */
  | { at: 'closed'; why: 'none' | 'wrong-code' | 'expired' | 'too-many' | 'unreachable' };

const place = 'nucleus.viewer';
const here = { origin: '', credentials: 'omit' as const };
const listeners = new Set<() => void>();
let state: SessionState = { at: 'opening' };
let isAgentLost = false;

function tell(): void {
  for (const listener of listeners) listener();
}

function become(next: SessionState): void {
  state = next;
  try {
    if (next.at === 'open') sessionStorage.setItem(place, JSON.stringify(next.session));
    else if (next.at === 'closed') sessionStorage.removeItem(place);
  } catch {
    // Storage may be closed: the session then ends with a reload.
  }
  tell();
}

export const viewerSession = {
  state: (): SessionState => state,
  isAgentLost: (): boolean => isAgentLost,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

function kept(): z.infer<typeof ViewerSession> | undefined {
  try {
    const parsed = ViewerSession.safeParse(JSON.parse(sessionStorage.getItem(place) ?? 'null'));
    return parsed.success && parsed.data.expires_at > Date.now() / 1000 ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Takes the code out of the address, or goes on with the tab's session. Call it once, before anything is drawn. */
export async function openViewer(): Promise<void> {
  const code = /^#code=(.+)$/.exec(location.hash)?.[1];
  if (code === undefined) {
    const session = kept();
    become(session === undefined ? { at: 'closed', why: 'none' } : { at: 'open', session });
    return;
  }
  history.replaceState(null, '', location.pathname);
  try {
    become({ at: 'open', session: await callEndpoint(localEndpoints.openViewer, here, { body: { code } }) });
  } catch (error) {
    const failed = failureCode(error);
    const why = failed === 'too-many-attempts' ? 'too-many' : failed === 'network' ? 'unreachable' : 'wrong-code';
    become({ at: 'closed', why });
  }
}

/** Opens the viewer by the passcode; answers why not, as a sentence. */
export async function enterByPasscode(passcode: string): Promise<string | undefined> {
  try {
    const body = { origin: location.origin, passcode };
    become({ at: 'open', session: await callEndpoint(localEndpoints.connectDashboard, here, { body }) });
    return undefined;
  } catch (error) {
    return failureSentence(error);
  }
}

/** Calls the agent with the viewer's session; notes a lost agent and an ended session. */
export async function callAgent<E extends Endpoint>(endpoint: E, input: CallInput<E>): Promise<ReplyOf<E>> {
  const bearer = state.at === 'open' ? state.session.session : undefined;
  try {
    const reply = await callEndpoint(endpoint, { ...here, bearer }, input);
    noteAgent(false);
    return reply;
  } catch (error) {
    if (error instanceof CallFailure) noteAgent(error.code === 'network');
    if (failureCode(error) === 'unauthenticated' && state.at === 'open') become({ at: 'closed', why: 'expired' });
    throw error;
  }
}

function noteAgent(isLost: boolean): void {
  if (isAgentLost === isLost) return;
  isAgentLost = isLost;
  tell();
}
