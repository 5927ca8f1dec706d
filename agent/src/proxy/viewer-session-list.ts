import { AppError } from '@nucleus/shared/failure/app-error';
import type { SessionView } from '@nucleus/shared/wire/viewer';
import type { LocalHandlers } from './mount-endpoints.ts';
import type { Session, ViewerSessions } from './viewer-sessions.ts';

export interface SessionListParts {
  sessions: ViewerSessions;
  /** Origins of this agent's own pages. */
  ownOrigins: ReadonlySet<string>;
  /** Ends every session and every link at once. */
  revokeAll: () => void;
}

/** Who can see pixels now, and ending that. */
export function sessionHandlers(parts: SessionListParts): Pick<LocalHandlers, 'listSessions' | 'revokeSessions'> {
  return {
    listSessions: ({ caller }) => ({
      sessions: parts.sessions.list().map((session) => ({
        ...sessionView(session, parts.ownOrigins),
        is_own: session.sessionId === caller.session?.sessionId,
      })),
    }),
    revokeSessions({ body }) {
      if ('all' in body) {
        const revoked = parts.sessions.list().length;
        parts.revokeAll();
        return { revoked };
      }
      if (!parts.sessions.revoke(body.session_id))
        throw new AppError('not-found', 'There is no such session any more.');
      return { revoked: 1 };
    },
  };
}

/** A session as people are told of it: never what opens it. */
export function sessionView(session: Session, ownOrigins: ReadonlySet<string>): SessionView {
  return {
    session_id: session.sessionId,
    kind: kindOf(session, ownOrigins),
    origin: session.origin,
    peer: session.peer,
    created_at: session.createdAt,
    expires_at: Math.floor(session.expiresAt),
    is_own: false,
    ...(session.shares === undefined ? {} : { shares: session.shares }),
  };
}

/** What a session is for. */
function kindOf(session: Session, ownOrigins: ReadonlySet<string>): 'viewer' | 'dashboard' | 'share' {
  if (session.shares !== undefined) return 'share';
  return ownOrigins.has(session.origin) ? 'viewer' : 'dashboard';
}
