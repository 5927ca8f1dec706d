/**
 * Every failure a caller can act on, by code; anything else that is thrown is a bug. `status` is what HTTP answers,
 * `exit` what a command line ends with. Codes travel in the header `x-error-code` and in tests; sentences are for people.
 */
export const errorCodes = {
  // what the request says
  'invalid-request': { status: 400, exit: 2 },
  'invalid-json': { status: 400, exit: 2 },
  'unauthenticated': { status: 401, exit: 2 },
  'forbidden': { status: 403, exit: 2 },
  'origin-refused': { status: 403, exit: 2 },
  'agent-not-approved': { status: 403, exit: 2 },
  'not-found': { status: 404, exit: 2 },
  'dataset-not-found': { status: 404, exit: 2 },
  'item-not-found': { status: 404, exit: 2 },
  'agent-not-found': { status: 404, exit: 2 },
  'method-not-allowed': { status: 405, exit: 2 },
  'conflict': { status: 409, exit: 2 },
  'superseded': { status: 409, exit: 3 },
  'epoch-changed': { status: 409, exit: 1 },
  'dataset-gone': { status: 409, exit: 3 },
  'dataset-holds-scenes': { status: 400, exit: 2 },
  'privacy-mode-refuses-bytes': { status: 400, exit: 2 },
  'attachment-unreachable': { status: 400, exit: 1 },
  'attachment-refused': { status: 400, exit: 1 },
  'body-too-large': { status: 413, exit: 1 },
  'unsupported-media-type': { status: 415, exit: 2 },
  'range-not-satisfiable': { status: 416, exit: 2 },
  'wrong-host': { status: 421, exit: 2 },
  'upgrade-required': { status: 426, exit: 2 },
  'too-many-attempts': { status: 429, exit: 2 },
  'internal': { status: 500, exit: 1 },
  'overloaded': { status: 503, exit: 1 },
  'not-ready': { status: 503, exit: 1 },
  'source-suspended': { status: 503, exit: 3 },
  // media links
  'link-refused': { status: 404, exit: 2 },
  'link-expired': { status: 410, exit: 2 },
  'clock-skew': { status: 410, exit: 2 },
  'stale': { status: 409, exit: 2 },
  // starting a process
  'usage': { status: 400, exit: 2 },
  'config-invalid': { status: 500, exit: 2 },
  'folder-missing': { status: 500, exit: 2 },
  'port-in-use': { status: 500, exit: 2 },
  'state-unreadable': { status: 500, exit: 2 },
  'state-newer': { status: 500, exit: 2 },
  'state-locked': { status: 500, exit: 2 },
  'insecure-public-url': { status: 500, exit: 2 },
  'database-unreachable': { status: 503, exit: 2 },
  // sending
  'cloud-unreachable': { status: 503, exit: 1 },
  'cloud-refused': { status: 502, exit: 1 },
  'egress-refused': { status: 500, exit: 1 },
  'ledger-full': { status: 507, exit: 1 },
  'ledger-broken': { status: 500, exit: 1 },
} as const satisfies Record<string, { status: number; exit: number }>;

export type ErrorCode = keyof typeof errorCodes;
