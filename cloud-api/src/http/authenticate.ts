import type { IncomingMessage } from 'node:http';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Access } from '@nucleus/shared/wire/endpoint';
import type { Database } from '../database/open-database.ts';
import { clientAddress } from '../keys/address-ranges.ts';
import { findKey } from '../keys/find-key.ts';
import { scopesAllow } from '../keys/rules.ts';
import type { StoredKey } from '../keys/stored-key.ts';
import { findSession } from '../sessions/find-session.ts';
import { type CookiePolicy, readCookie } from '../sessions/rules.ts';
import type { Caller } from './caller.ts';

/** What proving a caller needs to know about this server. */
export interface Gate {
  db: Database;
  cookie: CookiePolicy;
  /** Origin of the dashboard; the only one from which a cookie may change anything. */
  origin: string;
  /** Ranges of the proxies whose word about a caller's address counts. */
  trustedProxies: readonly string[];
}

/**
 * Finds out who sent a request: an API key as the user of HTTP Basic with an empty password, a limited access key by its own
 * header, or a dashboard session by cookie. A key that is sent wins over a cookie.
 * @throws AppError `unauthenticated` without a living proof, `origin-refused` for a cookie from another page.
 */
export async function authenticate(gate: Gate, request: IncomingMessage, nowMs: number): Promise<Caller> {
  const { authorization } = request.headers;
  const address = addressOf(gate, request);
  const limited = request.headers['x-limited-access-key'];
  if (authorization !== undefined && limited !== undefined) {
    throw new AppError('unauthenticated', 'Send an API key or a limited access key, never both.');
  }
  if (typeof limited === 'string') return callerOfKey(await findKey(gate.db, limited, 'limited', nowMs, address));
  if (authorization !== undefined) {
    const secret = readBasicUser(authorization);
    return callerOfKey(secret === undefined ? undefined : await findKey(gate.db, secret, 'standard', nowMs, address));
  }
  const cookie = readCookie(gate.cookie, request.headers.cookie);
  const session = cookie === undefined ? undefined : await findSession(gate.db, cookie, nowMs);
  if (session === undefined) throw new AppError('unauthenticated', 'Send an API key, or sign in to the dashboard.');
  if (request.method !== 'GET' && request.method !== 'HEAD') assertOwnOrigin(gate, request.headers.origin);
  return {
    tenantId: session.tenantId,
    scopes: session.scopes,
    actor: 'session',
    keyId: null,
    agentId: null,
    kind: 'standard',
    datasetIds: null,
    addresses: null,
    expiresAt: session.keyExpiresAt,
    sessionExpiresAt: session.expiresAt,
  };
}

/** Address of whoever sent a request, behind the proxies that are trusted. */
export function addressOf(gate: Pick<Gate, 'trustedProxies'>, request: IncomingMessage): string | undefined {
  const forwarded = request.headers['x-forwarded-for'];
  const hops = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
  return clientAddress(request.socket.remoteAddress, hops, gate.trustedProxies);
}

/** @throws AppError `forbidden` when the caller's scopes do not reach. */
export function assertScope(caller: Caller, access: Exclude<Access, 'open' | 'viewer'>): void {
  if (scopesAllow(caller.scopes, access)) return;
  throw new AppError('forbidden', `This needs a key with the scope ${access}.`);
}

/** @throws AppError `origin-refused` unless the page that sent the request is the dashboard itself. */
export function assertOwnOrigin(gate: Pick<Gate, 'origin'>, origin: string | undefined): void {
  if (origin !== gate.origin)
    throw new AppError('origin-refused', 'This may only be asked from the dashboard’s own pages.');
}

/** User of `Authorization: Basic base64(user:)`; undefined for another scheme or a password. */
function readBasicUser(authorization: string): string | undefined {
  const match = /^basic ([A-Za-z0-9+/=_-]+)$/i.exec(authorization.trim());
  if (match?.[1] === undefined) return undefined;
  const pair = Buffer.from(match[1], 'base64').toString('utf8');
  return pair.endsWith(':') && pair.length > 1 ? pair.slice(0, -1) : undefined;
}

function callerOfKey(key: StoredKey | undefined): Caller {
  if (key === undefined) throw new AppError('unauthenticated', 'This API key is not known or has ended.');
  return {
    tenantId: key.tenantId,
    scopes: key.scopes,
    actor: key.keyId,
    keyId: key.keyId,
    agentId: key.agentId,
    kind: key.kind,
    datasetIds: key.datasetIds,
    addresses: key.addresses,
    expiresAt: key.expiresAt,
    sessionExpiresAt: null,
  };
}
