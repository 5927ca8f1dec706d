import type { IncomingMessage } from 'node:http';

/** The bearer of a request as received, or undefined when there is none of the right form. */
export function bearerOf(req: IncomingMessage): string | undefined {
  return /^Bearer ([A-Za-z0-9_-]{22})$/i.exec(req.headers.authorization ?? '')?.[1];
}
