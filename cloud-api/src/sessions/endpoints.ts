import { AppError } from '@nucleus/shared/failure/app-error';
import { sessionEndpoints } from '@nucleus/shared/wire/session';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { addressOf, assertOwnOrigin } from '../http/authenticate.ts';
import { type Mount, mountEndpoint, mountOpen } from '../http/mount-endpoint.ts';
import { getTenant } from '../tenants/find-tenant.ts';
import { closeSession } from './close-session.ts';
import { openSession } from './open-session.ts';
import { readCookie, SignInLimit, sessionCookie } from './rules.ts';

/** Mounts signing in, looking who is signed in, and signing out. */
export function mountSessions(mount: Mount, db: Kysely<Tables>): void {
  const limit = new SignInLimit();
  const { cookie } = mount.gate;

  mountOpen(mount, sessionEndpoints.signIn, async ({ request, response, nowMs }, { body }) => {
    // A browser always sends an origin here; without one it is a tool, which no other page can steer.
    if (request.headers.origin !== undefined) assertOwnOrigin(mount.gate, request.headers.origin);
    const address = addressOf(mount.gate, request) ?? 'unknown';
    const waitS = limit.waitS(address, nowMs);
    if (waitS > 0) {
      throw new AppError('too-many-attempts', `Too many failed sign-ins: wait ${waitS} s.`, { retryAfterS: waitS });
    }
    const { session, secret } = await openSession(db, body, nowMs, address).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'unauthenticated') limit.failed(address, nowMs);
      throw error;
    });
    const tenant = await getTenant(db, session.tenantId);
    response.append('Set-Cookie', sessionCookie(cookie, secret, Math.floor((session.expiresAt - nowMs) / 1000)));
    return {
      tenant: { id: tenant.tenantId, name: tenant.name },
      scopes: session.scopes,
      expires_at_ms: session.expiresAt,
    };
  });

  mountEndpoint(mount, sessionEndpoints.getSession, async ({ caller, tenantId, nowMs }) => {
    const tenant = await getTenant(db, tenantId);
    return {
      tenant: { id: tenant.tenantId, name: tenant.name },
      scopes: [...caller.scopes],
      // A key has no session: what it may do, it may do for as long as it lives; a day is what a page can rely on.
      expires_at_ms: caller.sessionExpiresAt ?? nowMs + 86_400_000,
    };
  });

  mountOpen(mount, sessionEndpoints.signOut, async ({ request, response, nowMs }) => {
    const secret = readCookie(cookie, request.headers.cookie);
    if (secret !== undefined) {
      assertOwnOrigin(mount.gate, request.headers.origin);
      await closeSession(db, secret, nowMs);
    }
    response.append('Set-Cookie', sessionCookie(cookie, undefined, 0));
    return { signed_out: true as const };
  });
}
