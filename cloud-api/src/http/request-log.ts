import type { Endpoint } from '@nucleus/shared/wire/endpoint';
import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import type { Metrics } from './metrics.ts';

/**
 * One line and one count per finished request. Only the fields below: the route as it is declared, never the path as it came,
 * because ids, keys and tokens stand in paths and queries.
 */
export function requestLog(
  log: Logger,
  metrics: Metrics,
): (request: Request, response: Response, next: NextFunction) => void {
  return (request, response, next) => {
    const startedAt = performance.now();
    // Log, limits, turns and a stream each wait for the end of a reply; more than Node's ten are no leak here.
    response.setMaxListeners(20);
    response.once('close', () => {
      const seconds = (performance.now() - startedAt) / 1000;
      const route = (response.locals.endpoint as Endpoint | undefined)?.path ?? 'other';
      const status = response.writableFinished ? response.statusCode : 499;
      const method = knownMethod(request.method);
      metrics.requests.inc({ route, method, status: String(status) });
      metrics.requestSeconds.observe({ route, method }, seconds);
      log.debug({ method, route, status, tookMs: Math.round(seconds * 1000) }, 'request');
    });
    next();
  };
}

/** Anything may stand in a request line; a label must come from a closed list. */
function knownMethod(method: string): string {
  return ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'].includes(method) ? method : 'other';
}
