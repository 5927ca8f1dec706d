/**
 * Reads JSON bodies the way Nucleus clients send them: on DELETE too, empty where `{}` is meant, compressed or not.
 */
import express, { type Request, type Response } from 'express';
import { parseJsonInTurns } from './parse-in-turns.ts';

/** Largest body of a route that takes items, and of every other route; bytes after inflating. */
export const largeBodyBytes = 64 * 1024 * 1024;
export const smallBodyBytes = 1024 * 1024;

/** A parser for bodies of up to `limit` bytes; make it once per route. */
export function bodyReader(limit: number): (request: Request, response: Response) => Promise<unknown> {
  const readRaw = express.raw({ type: () => true, limit, inflate: true });
  return async (request, response) => {
    await new Promise<void>((resolve, reject) => {
      readRaw(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
    });
    return parseJsonInTurns(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
  };
}
