import type { NextFunction, Request, Response } from 'express';

/**
 * Cuts requests whose body has not arrived within `limitMs`, so that slow senders cannot hold connections. `isLong` names those
 * that may take as long as the server allows at most.
 */
export function limitBodyTime(
  limitMs: number,
  isLong: (request: Request) => boolean,
): (request: Request, response: Response, next: NextFunction) => void {
  return (request, response, next) => {
    if (!isLong(request)) {
      const timer = setTimeout(() => {
        // Once all of it is here, the time is ours and not the sender's.
        if (!request.complete) request.socket.destroy();
      }, limitMs);
      response.once('close', () => clearTimeout(timer));
    }
    next();
  };
}
