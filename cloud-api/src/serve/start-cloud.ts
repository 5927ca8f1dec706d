/** Composition root of the cloud: opens everything in order, answers one handle, closes in reverse. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { approveAgent } from '../agents/approve-agent.ts';
import { listAgents } from '../agents/list-agents.ts';
import { countAttachments } from '../attachments/count-attachments.ts';
import { type FetchLimits, fetchLimits } from '../attachments/fetch/fetch-attachment.ts';
import { openAttachments } from '../attachments/open-attachments.ts';
import { reclaimObject } from '../attachments/sweep-objects.ts';
import type { CloudConfig, CloudSecrets } from '../config.ts';
import { openDatabase } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { purgeDeletedDatasets } from '../datasets/delete-dataset.ts';
import { withScaleFiles } from '../files/with-scale-files.ts';
import { createMetrics } from '../http/metrics.ts';
import { countOpenJobs } from '../job-queue/count-open.ts';
import { createKey } from '../keys/create-key.ts';
import { findKey } from '../keys/find-key.ts';
import { linkKeyrings } from '../links/link-keyrings.ts';
import { openLinkSecret } from '../links/link-secret.ts';
import { openObjects } from '../objects/open-objects.ts';
import { Projections } from '../search/projections.ts';
import { createSignInCode } from '../sessions/open-session.ts';
import { isLoopbackHost } from '../sessions/rules.ts';
import { ensureTenant } from '../tenants/create-tenant.ts';
import { openUploadStore } from '../uploads/upload-store.ts';
import { createApp, createJobsApp } from './create-app.ts';
import { keepFirstKey, openDataFolder } from './data-folder.ts';
import { firstTenant, prepareFirstStart } from './first-start.ts';
import { listenOn, splitListen } from './listen.ts';
import { openSources } from './open-sources.ts';
import { isShared, runJobs } from './run-jobs.ts';

export interface StartOptions {
  config: CloudConfig;
  secrets: CloudSecrets;
  log: Logger;
  clock?: () => number;
  /** Folder of the built dashboard; by default the one that is shipped. */
  pages?: string;
  /** The built `decode-child.js`; by default the one beside this program. */
  decodeChild?: URL;
  /** Limits of fetching, for tests of what happens at them. */
  fetchLimits?: FetchLimits;
}

export interface RunningCloud {
  /** Origin under which browsers and agents reach it. */
  url: string;
  tenantId: string;
  /** Admin key that was made at this start, when it was the first; it is shown once. */
  firstKey: { secret: string; file: string } | undefined;
  /** A link that signs the dashboard in once, within ten minutes. */
  createSignInLink: () => Promise<string>;
  /** A fresh key for one agent. */
  createAgentKey: (label: string) => Promise<string>;
  /** Whether a key still opens this cloud. */
  knowsKey: (secret: string) => Promise<boolean>;
  /** Approves an agent of the first tenant; false while it has not registered. */
  approveAgentOnceRegistered: (publicUrl: string) => Promise<boolean>;
  /** Stops within ten seconds. Safe to call twice. */
  close: () => Promise<void>;
}

// Of the ten seconds that a stop may take: what open requests get, and beside them running jobs.
const drainMs = 8_000;
const shippedDecoder = new URL('../attachments/decode/decode-child.js', import.meta.url);
const shippedPages = fileURLToPath(new URL('../web', import.meta.url));

/**
 * Starts the cloud.
 * @throws AppError with one sentence and an exit code for everything that an operator can put right.
 */
export async function startCloud(options: StartOptions): Promise<RunningCloud> {
  const { config, secrets, log } = options;
  const clock = options.clock ?? Date.now;
  assertCookieIsSafe(config);
  assertRoleFits(config);
  const folder = openDataFolder(config.data);
  const objects = await openObjects(config.objects ?? `file:${join(folder, 'objects')}`, secrets.objectKeys);
  const database = await openDatabase(config.database ?? `sqlite:${join(folder, 'cloud.db')}`, (error) => {
    log.warn({ kind: error.name }, 'database connection lost');
  });
  const { db } = database;
  const resumable = join(folder, 'resumable');
  mkdirSync(resumable, { recursive: true, mode: 0o700 });
  const metrics = createMetrics();
  metrics.watchOpenJobs(() => countOpenJobs(db));
  const projections = new Projections(db, join(folder, 'search'), database.storeEpoch, (seconds) =>
    metrics.projectionSeconds.observe(seconds),
  );
  const uploads = openUploadStore(join(folder, 'uploads'));
  const sources = openSources(config, secrets, folder, db);
  const opened = await openAttachments({
    objects: objects.store,
    staging: join(folder, 'incoming'),
    sources: sources.locate,
    decodeChild: options.decodeChild ?? shippedDecoder,
    reclaim: (tenantId, sha256) => reclaimObject(db, tenantId, sha256),
    limits: options.fetchLimits ?? { ...fetchLimits, maxBytes: config.file_max_bytes },
  });
  const attachments = withScaleFiles(countAttachments(opened, metrics), db, clock);
  const stopping = new AbortController();
  let queue: Awaited<ReturnType<typeof runJobs>> | undefined;
  let purging = Promise.resolve();
  const purge = () => {
    purging = purging
      .then(() => Promise.all([projections.removeGone(), purgeDeletedDatasets(db, stopping.signal)]))
      .then(() => undefined)
      .catch((error: unknown) => log.warn({ kind: error instanceof Error ? error.name : 'unknown' }, 'purge failed'));
  };
  try {
    const linkSecret = secrets.linkKey === undefined ? await openLinkSecret(db) : Buffer.from(secrets.linkKey);
    const http = await listenWithPublicUrl(config, (publicUrl) => {
      if (config.role === 'jobs') return createJobsApp({ db, metrics, log });
      return createApp({
        db,
        projections,
        attachments,
        linkKeyrings: linkKeyrings(linkSecret),
        linkSecret,
        fileMaxBytes: config.file_max_bytes,
        storeEpoch: database.storeEpoch,
        publicUrl,
        trustedProxies: config.trusted_proxies,
        pages: options.pages ?? shippedPages,
        log,
        metrics,
        clock,
        afterDelete: purge,
        afterEnqueue: () => queue?.wake(),
        uploads,
        sources,
        resumable: {
          folder: resumable,
          limits: { maxBytes: config.upload_max_bytes, quotaBytes: config.upload_quota_bytes },
        },
      });
    });
    // Only once the port is ours: a start that fails must not use up the one time that the first key is shown.
    const { tenant, freshKey } = await prepareTenant(db, config, secrets, clock()).catch(async (error: unknown) => {
      await http.close(0);
      throw error;
    });
    const firstKey = freshKey === undefined ? undefined : { secret: freshKey, file: keepFirstKey(folder, freshKey) };
    purge();
    if (config.role !== 'http')
      queue = await runJobs(
        config,
        database,
        { attachments, uploads, resumable, projections, publicOrigin: http.publicUrl.origin, linkSecret },
        { clock, log, metrics },
      );
    const acting = () => ({ tenantId: tenant.tenantId, actor: 'start', nowMs: clock() });
    let closing: Promise<void> | undefined;
    return {
      url: http.publicUrl.origin,
      tenantId: tenant.tenantId,
      firstKey,
      createSignInLink: async () =>
        `${http.publicUrl.origin}/sign-in#${await createSignInCode(db, tenant.tenantId, clock())}`,
      createAgentKey: async (label) => (await createKey(db, acting(), { label, scopes: ['agent'] })).secret,
      knowsKey: async (secret) => (await findKey(db, secret, 'standard', clock(), '127.0.0.1')) !== undefined,
      approveAgentOnceRegistered: async (agentUrl) => {
        const agents = await listAgents(db, tenant.tenantId, clock());
        const agent = agents.find((each) => each.public_url === agentUrl);
        if (agent === undefined) return false;
        if (!agent.approved) await approveAgent(db, acting(), agent.agent_id);
        return true;
      },
      close: () => {
        closing ??= (async () => {
          stopping.abort();
          await Promise.all([http.close(drainMs), queue?.close(drainMs)]);
          await purging;
          await attachments.close();
          objects.close();
          await projections.close();
          await database.close();
        })();
        return closing;
      },
    };
  } catch (error) {
    objects.close();
    await database.close();
    throw error;
  }
}

/** A process that serves nobody makes no key: it would print it where nobody looks. */
async function prepareTenant(db: Kysely<Tables>, config: CloudConfig, secrets: CloudSecrets, nowMs: number) {
  if (config.role !== 'jobs') return prepareFirstStart(db, secrets.givenKey, nowMs);
  return { tenant: await ensureTenant(db, 'start', firstTenant, nowMs), freshKey: undefined };
}

/** The public address is the one it listens on unless the settings say another, and the port may be chosen by the system. */
async function listenWithPublicUrl(
  config: CloudConfig,
  makeApp: (publicUrl: URL) => ReturnType<typeof createApp>,
): Promise<{ publicUrl: URL; close: (withinMs: number) => Promise<void> }> {
  let app: ReturnType<typeof createApp> | undefined;
  const listening = await listenOn(config.listen, (request, response) => app?.(request, response));
  const publicUrl = new URL(config.public_url ?? `http://${hostForUrl(config.listen)}:${listening.port}`);
  app = makeApp(publicUrl);
  return { publicUrl, close: listening.close };
}

function hostForUrl(listen: string): string {
  const { host } = splitListen(listen);
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** @throws AppError `config-invalid` for a role that shares its database with other processes, over one that cannot be shared */
function assertRoleFits(config: CloudConfig): void {
  if (config.role === 'all' || isShared(config)) return;
  throw new AppError('config-invalid', `The role ${config.role} needs PostgreSQL: a SQLite file has one process.`);
}

/** @throws AppError `insecure-public-url` when sign-ins would cross a network in the clear and nobody said that this is meant */
function assertCookieIsSafe(config: CloudConfig): void {
  const url = new URL(config.public_url ?? `http://${hostForUrl(config.listen)}`);
  if (url.protocol === 'https:' || isLoopbackHost(url.hostname) || config.insecure_http) return;
  throw new AppError(
    'insecure-public-url',
    `Sign-ins at ${url.origin} would cross the network in the clear: use an https --public-url, or --insecure-http if you mean it.`,
  );
}
