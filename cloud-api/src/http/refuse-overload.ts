import { AppError } from '@nucleus/shared/failure/app-error';
import type { NextFunction, Request, Response } from 'express';

/**
 * Refuses what comes while `most` requests are open. 503 and not 429, because the Python client retries only the former.
 */
export function refuseOverload(most: number): (request: Request, response: Response, next: NextFunction) => void {
  let open = 0;
  return (_request, response, next) => {
    if (open >= most) {
      next(new AppError('overloaded', 'Too many requests are open: try again.', { retryAfterS: 1 }));
      return;
    }
    open += 1;
    response.once('close', () => {
      open -= 1;
    });
    next();
  };
}
