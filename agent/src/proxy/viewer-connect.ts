import { AppError } from '@nucleus/shared/failure/app-error';
import type { ViewerSession } from '@nucleus/shared/wire/local';
import { isLoopbackPeer, type OwnNames } from './host-allowlist.ts';
import type { Caller, LocalHandlers } from './mount-endpoints.ts';
import { type Attempts, isPasscode } from './passcode.ts';
import type { ViewerSessions } from './viewer-sessions.ts';

/** How a browser gets a viewer session: by consent on this machine, by the passcode from elsewhere, by a one-time code for the viewer. */

export interface ConnectParts {
  agentId: string;
  names: OwnNames;
  /** Pages that may show pixels. */
  dashboardOrigins: ReadonlySet<string>;
  sessions: ViewerSessions;
  attempts: Attempts;
  /** As spelled by `hashPasscode`; without one nobody enters from outside this machine. */
  passcodeHash: string | undefined;
}

export function connectHandlers(parts: ConnectParts): Pick<LocalHandlers, 'connectDashboard' | 'openViewer'> {
  return {
    async connectDashboard({ body, caller }) {
      assertOwnPage(parts, caller);
      const isOwn = parts.names.origins.has(body.origin);
      if (!isOwn && !parts.dashboardOrigins.has(body.origin)) {
        throw new AppError('origin-refused', 'This origin is not among the agent’s dashboard_origins.', {
          at: 'origin',
        });
      }
      // behind a proxy on this machine every peer looks local, so the published address decides as well; the viewer itself is
      // opened by code or passcode, never by consent alone
      const consentSuffices = !isOwn && parts.names.isLocalOnly && isLoopbackPeer(caller.peer);
      if (!consentSuffices) await assertPasscode(parts, caller, body.passcode);
      return open(parts, body.origin, caller);
    },
    openViewer({ body, caller }) {
      const origin = assertOwnPage(parts, caller);
      countAttempt(parts, caller);
      if (!parts.sessions.spendCode(body.code)) {
        throw new AppError(
          'unauthenticated',
          'This code was used or has expired; run nucleus-agent open for a new one.',
        );
      }
      parts.attempts.forgive(caller.peer);
      return open(parts, origin, caller);
    },
  };
}

function assertOwnPage(parts: ConnectParts, caller: Caller): string {
  if (caller.origin !== undefined && parts.names.origins.has(caller.origin)) return caller.origin;
  throw new AppError('origin-refused', 'Sessions are opened from the agent’s own pages.');
}

async function assertPasscode(parts: ConnectParts, caller: Caller, passcode: string | undefined): Promise<void> {
  if (parts.passcodeHash === undefined) {
    throw new AppError('forbidden', 'This agent has no viewer passcode; set one with nucleus-agent keys passcode.');
  }
  if (passcode === undefined || passcode === '') {
    throw new AppError('unauthenticated', 'Enter the viewer passcode.', { at: 'passcode' });
  }
  countAttempt(parts, caller);
  if (!(await isPasscode(passcode, parts.passcodeHash))) {
    throw new AppError('unauthenticated', 'The passcode is not right.', { at: 'passcode' });
  }
  parts.attempts.forgive(caller.peer);
}

function countAttempt(parts: ConnectParts, caller: Caller): void {
  const waitSeconds = parts.attempts.count(caller.peer);
  if (waitSeconds > 0) {
    throw new AppError('too-many-attempts', 'Too many tries from this address; wait a quarter of an hour.', {
      retryAfterS: waitSeconds,
    });
  }
}

function open(parts: ConnectParts, origin: string, caller: Caller): ViewerSession {
  const { bearer, session } = parts.sessions.open(origin, caller.peer);
  return { session: bearer, agent_id: parts.agentId, expires_at: session.expiresAt };
}
