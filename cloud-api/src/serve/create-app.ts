/** The cloud's HTTP surface, top to bottom. */
import { AppError } from '@nucleus/shared/failure/app-error';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { mountAgents } from '../agents/endpoints.ts';
import { listApprovedOrigins } from '../agents/list-agents.ts';
import { mountAssets } from '../attachments/endpoints.ts';
import type { Attachments } from '../attachments/open-attachments.ts';
import { mountAudit } from '../audit/endpoints.ts';
import { mountAutotags } from '../autotags/endpoints.ts';
import { mountCallbacks } from '../callbacks/endpoints.ts';
import { mountCsvImports } from '../csv-imports/endpoints.ts';
import type { Tables } from '../database/tables.ts';
import { mountDatasets } from '../datasets/endpoints.ts';
import { mountDeduplication } from '../deduplication/endpoints.ts';
import { mountEmbeddings } from '../embeddings/endpoints.ts';
import { mountExports } from '../exports/endpoints.ts';
import { mountFiles } from '../files/endpoints.ts';
import { BodyBudget } from '../http/body-budget.ts';
import { documentationPages } from '../http/documentation-pages.ts';
import { healthRoutes } from '../http/health.ts';
import { limitBodyTime } from '../http/limit-body-time.ts';
import type { Metrics } from '../http/metrics.ts';
import type { Mount } from '../http/mount-endpoint.ts';
import { apiPolicy } from '../http/page-policy.ts';
import { refuseOverload } from '../http/refuse-overload.ts';
import { replyWithError } from '../http/reply-with-error.ts';
import { requestLog } from '../http/request-log.ts';
import { FairShare } from '../http/share-fairly.ts';
import { staticPages } from '../http/static-pages.ts';
import { mountInsights } from '../insights/endpoints.ts';
import { mountIntegrations } from '../integrations/endpoints.ts';
import { mountItems } from '../items/endpoints.ts';
import { mountJobs } from '../jobs/endpoints.ts';
import { mountKeys } from '../keys/endpoints.ts';
import { mountAnnotations } from '../labels/endpoints.ts';
import type { LinkKeyrings } from '../links/link-keyrings.ts';
import { mountMatches } from '../matches/endpoints.ts';
import { mountModels } from '../models/endpoints.ts';
import { mountPredictions } from '../predictions/endpoints.ts';
import { mountProjects } from '../projects/endpoints.ts';
import { mountResumableUploads } from '../resumable-uploads/endpoints.ts';
import type { UploadLimits } from '../resumable-uploads/rules.ts';
import { mountScenes } from '../scenes/endpoints.ts';
import type { Projections } from '../search/projections.ts';
import { mountSessions } from '../sessions/endpoints.ts';
import { findSession } from '../sessions/find-session.ts';
import { cookiePolicy, readCookie } from '../sessions/rules.ts';
import { mountSliceEdits } from '../slices/edit-endpoints.ts';
import { mountSlices } from '../slices/endpoints.ts';
import { mountTasks } from '../tasks/endpoints.ts';
import { mountTaxonomies } from '../taxonomies/endpoints.ts';
import { mountUploads } from '../uploads/endpoints.ts';
import type { UploadStore } from '../uploads/upload-store.ts';
import { mountUsage } from '../usage/endpoints.ts';
import type { OpenSources } from './open-sources.ts';

export interface AppParts {
  db: Kysely<Tables>;
  projections: Projections;
  attachments: Attachments;
  linkKeyrings: LinkKeyrings;
  linkSecret: Uint8Array;
  /** Largest Scale File. */
  fileMaxBytes: number;
  storeEpoch: string;
  publicUrl: URL;
  /** Ranges of the proxies whose word about a caller's address counts. */
  trustedProxies: readonly string[];
  /** Folder of the built dashboard. */
  pages: string;
  log: Logger;
  metrics: Metrics;
  clock: () => number;
  /** Told that rows of a deleted dataset wait to be removed. */
  afterDelete: () => void;
  /** Told that a job waits. */
  afterEnqueue: () => void;
  uploads: UploadStore;
  sources: OpenSources;
  /** Where resumable uploads are kept, and how large they may be. */
  resumable: { folder: string; limits: UploadLimits };
}

/** Of callers that are not proven yet, too; what each proven one may have is decided below. */
const mostOpenRequests = 2_048;
const shares = { open: 512, running: 24, openPerKey: 256 };
/** Raw bytes; a lone tenant has two of the largest bodies, and what is parsed of one takes a few times as much. */
const mostBodyBytes = 256 * 1024 * 1024;
const bodyTimeMs = 120_000;

/** Puts the routes together; nothing listens yet. */
export function createApp(parts: AppParts): Express {
  const { db, projections, metrics, log } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(requestLog(log, metrics));
  app.use(limitBodyTime(bodyTimeMs, isUpload));
  app.use(healthRoutes(db, metrics));
  app.use(refuseOverload(mostOpenRequests));

  const gate = {
    db,
    cookie: cookiePolicy(parts.publicUrl),
    origin: parts.publicUrl.origin,
    trustedProxies: parts.trustedProxies,
  };
  const router = express.Router();
  router.use(apiPolicy);
  const share = new FairShare(shares);
  metrics.watchWaiting(() => share.waiting);
  const bodies = new BodyBudget(mostBodyBytes);
  metrics.watchBodies(() => bodies.heldBytes);
  const mount: Mount = { router, gate, clock: parts.clock, share, bodies };
  mountSessions(mount, db);
  mountAudit(mount, db);
  mountKeys(mount, db);
  mountDatasets(mount, db, parts.afterDelete);
  mountItems(mount, { ...parts, publicOrigin: parts.publicUrl.origin });
  mountJobs(mount, db, { keyring: parts.linkKeyrings.result, publicUrl: parts.publicUrl });
  mountUploads(mount, db, { ...parts, keyring: parts.linkKeyrings.upload });
  mountAgents(mount, db, parts.storeEpoch, metrics, parts.projections);
  mountInsights(mount, db, projections);
  mountAssets(mount, db, parts.attachments, {
    keyrings: parts.linkKeyrings,
    publicOrigin: parts.publicUrl.origin,
    afterEnqueue: parts.afterEnqueue,
  });
  mountSlices(mount, db, projections, parts.afterEnqueue);
  mountSliceEdits(mount, db, projections, parts.afterEnqueue);
  mountDeduplication(mount, db, parts.afterEnqueue);
  mountEmbeddings(mount, db, parts.projections, parts.afterEnqueue);
  mountAutotags(mount, parts);
  mountScenes(mount, { ...parts, publicOrigin: parts.publicUrl.origin });
  mountMatches(mount, db, projections);
  mountExports(mount, db, projections, parts.attachments, parts.afterEnqueue);
  mountTaxonomies(mount, db);
  mountModels(mount, db, parts.afterDelete);
  mountPredictions(mount, parts);
  mountAnnotations(mount, { ...parts, keyring: parts.linkKeyrings.object, publicOrigin: parts.publicUrl.origin });
  mountTasks(mount, { ...parts, keyring: parts.linkKeyrings.object, publicOrigin: parts.publicUrl.origin });
  mountProjects(mount, db, parts.afterEnqueue);
  mountCallbacks(mount, parts.linkSecret);
  mountUsage(mount, db);
  mountFiles(mount, { ...parts, maxBytes: parts.fileMaxBytes });
  mountIntegrations(mount, parts.sources);
  mountResumableUploads(mount, { ...parts, ...parts.resumable, publicOrigin: parts.publicUrl.origin });
  mountCsvImports(mount, db, parts.afterEnqueue);
  app.use(onlyApi(router));
  app.use('/v1', (_request: Request, _response: Response, next: NextFunction) => {
    next(new AppError('not-found', 'There is no such route.'));
  });

  app.use(documentationPages());
  app.use(
    staticPages({
      folder: parts.pages,
      publicUrl: parts.publicUrl,
      agentOriginsFor: async (request) => {
        const cookie = readCookie(gate.cookie, request.headers.cookie);
        const session = cookie === undefined ? undefined : await findSession(db, cookie, parts.clock());
        return session === undefined ? [] : listApprovedOrigins(db, session.tenantId);
      },
    }),
  );
  app.use(() => {
    throw new AppError('not-found', 'There is nothing at this address.');
  });
  app.use(replyWithError(log));
  return app;
}

/** The surface of a process that runs jobs alone: it tells how it is and nothing else. */
export function createJobsApp(parts: Pick<AppParts, 'db' | 'metrics' | 'log'>): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(requestLog(parts.log, parts.metrics));
  app.use(healthRoutes(parts.db, parts.metrics));
  app.use(() => {
    throw new AppError('not-found', 'This process runs jobs: ask one that serves requests.');
  });
  app.use(replyWithError(parts.log));
  return app;
}

/** Only who holds a signed address, or goes on with an upload, may take long; who may not is refused before the body is read. */
function isUpload(request: Request): boolean {
  if (request.method === 'PUT') return request.path.startsWith('/o/');
  return (request.method === 'PATCH' || request.method === 'POST') && /^\/v1\/uploads(\/[^/]*)?$/.test(request.path);
}

/** Keeps the API's headers off the pages: both stand below `/`. */
function onlyApi(router: express.Router): (request: Request, response: Response, next: NextFunction) => void {
  return (request, response, next) => {
    if (/^\/(v1|o)\//.test(request.path)) router(request, response, next);
    else next();
  };
}
