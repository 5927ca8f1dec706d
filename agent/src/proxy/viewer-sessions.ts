import { createHash, randomBytes } from 'node:crypto';

/**
 * Viewer sessions and the one-time codes that open them; in memory only, so a restart ends them all. What a browser holds (the
 * bearer, the code) is kept here as a hash alone, and a session is named everywhere else, media links included, by that hash: who
 * is given a link cannot turn it into a session.
 */

/** A session as it is known here. Times are seconds since 1970. */
export interface Session {
  /** 16 bytes as base64url; safe to show. */
  sessionId: string;
  /** The page that holds it: a request with another Origin is refused. */
  origin: string;
  /** Address of the browser that opened it. */
  peer: string;
  createdAt: number;
  expiresAt: number;
  /** Path of the one file that it opens, for a share; nobody holds its bearer. */
  shares?: string | undefined;
}

export interface ViewerSessions {
  /** A fresh code for `/viewer/#code=…`: 128 bits, one use, {@link codeSeconds} of life. */
  mintCode(): string;
  /** Takes the code out of circulation; whether it was good. */
  spendCode(code: string): boolean;
  /** A new session and its bearer, 16 random bytes as base64url. */
  open(origin: string, peer: string): { bearer: string; session: Session };
  /** A session for one link that is given away. Its bearer is known to nobody, so that the link is all it opens. */
  share(of: { shares: string; peer: string; expiresAt: number }): Session;
  /** The live session of a bearer as it was received. */
  find(bearer: string): Session | undefined;
  /** Whether the session named in a media link lives. */
  isLive(sessionId: string): boolean;
  list(): Session[];
  /** Whether there was such a session. Its links die at once. */
  revoke(sessionId: string): boolean;
  /** Ends every session and code at once. */
  revokeAll(): void;
}

const sessionSeconds = 8 * 3600;
const codeSeconds = 600;
/** Most that are kept; the oldest goes first. */
const maxSessions = 4096;
const maxCodes = 64;

/** @param now seconds since 1970. */
export function createViewerSessions(now: () => number): ViewerSessions {
  const sessions = new Map<string, Session>();
  const codes = new Map<string, number>();

  const live = (sessionId: string): Session | undefined => {
    const session = sessions.get(sessionId);
    if (!session || session.expiresAt > now()) return session;
    sessions.delete(sessionId);
    return undefined;
  };

  const keep = (session: Session): Session => {
    for (const known of sessions.keys()) live(known);
    dropOldest(sessions, maxSessions - 1);
    sessions.set(session.sessionId, session);
    return session;
  };

  return {
    mintCode() {
      const code = randomBytes(16).toString('base64url');
      dropOldest(codes, maxCodes - 1);
      codes.set(nameOf(code), now() + codeSeconds);
      return code;
    },
    spendCode(code) {
      const name = nameOf(code);
      const expiresAt = codes.get(name);
      codes.delete(name);
      return expiresAt !== undefined && expiresAt > now();
    },
    open(origin, peer) {
      const bearer = randomBytes(16).toString('base64url');
      const createdAt = Math.floor(now());
      const expiresAt = createdAt + sessionSeconds;
      return { bearer, session: keep({ sessionId: nameOf(bearer), origin, peer, createdAt, expiresAt }) };
    },
    share: ({ shares, peer, expiresAt }) =>
      keep({
        sessionId: randomBytes(16).toString('base64url'),
        origin: '',
        peer,
        createdAt: Math.floor(now()),
        expiresAt,
        shares,
      }),
    find: (bearer) => live(nameOf(bearer)),
    isLive: (sessionId) => live(sessionId) !== undefined,
    list: () => [...sessions.keys()].map(live).filter((session) => session !== undefined),
    revoke: (sessionId) => sessions.delete(sessionId),
    revokeAll() {
      sessions.clear();
      codes.clear();
    },
  };
}

/** First 16 bytes of SHA-256, over the text as received, so that no second spelling of a secret is the same secret. */
function nameOf(secret: string): string {
  return createHash('sha256').update(secret).digest().subarray(0, 16).toString('base64url');
}

/** Maps keep the order of insertion, so the first keys are the oldest. */
function dropOldest(map: Map<string, unknown>, keep: number): void {
  for (const key of map.keys()) {
    if (map.size <= keep) return;
    map.delete(key);
  }
}
