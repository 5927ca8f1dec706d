import type { Request, Response } from 'express';
import helmet from 'helmet';

/**
 * Headers of the dashboard's pages. `agentOrigins` are the approved agents of the signed-in tenant: the only other hosts that a
 * page may reach. No `upgrade-insecure-requests`: it would break agents on plain http in the local network.
 */
export function pagePolicy(
  agentOrigins: readonly string[],
): (request: Request, response: Response, next: () => void) => void {
  const reach = ["'self'", ...agentOrigins];
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'", "'unsafe-inline'"],
        'font-src': ["'self'"],
        'img-src': ["'self'", 'blob:', 'data:', ...agentOrigins],
        'media-src': [...reach, 'blob:'],
        'connect-src': reach,
        'worker-src': ["'self'"],
        'manifest-src': ["'self'"],
        'object-src': ["'none'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
        'form-action': ["'self'"],
        'require-trusted-types-for': ["'script'"],
      },
    },
    // The agent's /connect window answers through its opener, which `same-origin` would cut.
    crossOriginOpenerPolicy: { policy: 'same-origin-allow-popups' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: false,
  });
}

/** Browsers ask before a page may reach the local network; only the dashboard itself may have that grant. */
export const permissionsPolicy =
  'local-network=(self), loopback-network=(self), local-network-access=(self), camera=(), microphone=(), geolocation=()';

/** Headers of API replies: they are never pages. */
export const apiPolicy = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"], 'sandbox': [] },
  },
  crossOriginResourcePolicy: { policy: 'same-origin' },
  referrerPolicy: { policy: 'no-referrer' },
  strictTransportSecurity: false,
});
