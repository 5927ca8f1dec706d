import express, { type Request, type Response, type Router } from 'express';
import { sql } from 'kysely';
import type { Database } from '../database/open-database.ts';
import type { Metrics } from './metrics.ts';

const readyWithinMs = 2_000;

/** `/healthz`: the process answers. `/readyz`: the database does too. `/metrics`: Prometheus. */
export function healthRoutes(db: Database, metrics: Metrics): Router {
  const router = express.Router();
  router.get('/healthz', (_request: Request, response: Response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request: Request, response: Response) => {
    const ready = await answers(db);
    response.status(ready ? 200 : 503).json(ready ? { status: 'ok' } : { status: 'not-ready', reason: 'database' });
  });
  router.get('/metrics', async (_request: Request, response: Response) => {
    response.set('Content-Type', metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return router;
}

/** Reads a row that every store has, so that a database that answers without its tables is not ready either. */
async function answers(db: Database): Promise<boolean> {
  const query = db
    .selectFrom('store_meta')
    .select(sql<number>`1`.as('one'))
    .where('name', '=', 'store_epoch')
    .executeTakeFirst();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), readyWithinMs);
  });
  try {
    return (await Promise.race([query, late])) !== undefined;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    query.catch(() => undefined);
  }
}
