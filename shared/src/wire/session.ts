import { z } from 'zod';
import { type Endpoint, keyScopes } from './endpoint.ts';

export const SessionView = z.object({
  tenant: z.object({ id: z.string(), name: z.string() }),
  scopes: z.array(z.enum(keyScopes)),
  expires_at_ms: z.number(),
});
export type SessionView = z.infer<typeof SessionView>;

/** Signing in to the dashboard: a one-time code from a link, or an API key, becomes a `__Host-` cookie. */
export const sessionEndpoints = {
  signIn: {
    method: 'post',
    path: '/v1/session',
    access: 'open',
    summary: 'Open a dashboard session with a one-time code or an API key',
    body: z.union([
      z.strictObject({ code: z.string().min(16).max(64).meta({ example: 'AbCdEfGhIjKlMnOpQrStUv' }) }),
      z.strictObject({ key: z.string().min(20).max(256) }),
    ]),
    reply: SessionView,
    errors: ['too-many-attempts', 'origin-refused'],
    dialect: 'own',
  },
  getSession: {
    method: 'get',
    path: '/v1/session',
    access: 'read',
    summary: 'Who is signed in',
    reply: SessionView,
    errors: [],
    dialect: 'own',
  },
  signOut: {
    method: 'delete',
    path: '/v1/session',
    access: 'open',
    summary: 'Close the dashboard session',
    reply: z.object({ signed_out: z.literal(true) }),
    errors: ['origin-refused'],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
