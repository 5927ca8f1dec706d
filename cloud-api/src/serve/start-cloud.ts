/** Composition root of the cloud: opens everything in order, answers one handle, closes in reverse. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Logger } from 'pino';
import { approveAgent } from '../agents/approve-agent.ts';
import { listAgents } from '../agents/list-agents.ts';
import type { FetchLimits } from '../attachments/fetch/fetch-attachment.ts';
import { linkKeyring } from '../attachments/link-keys.ts';
import { openAttachments } from '../attachments/open-attachments.ts';
import type { CloudConfig, CloudSecrets } from '../config.ts';
import { openDatabase } from '../database/open-database.ts';
import { purgeDeletedDatasets } from '../datasets/delete-dataset.ts';
import { createMetrics } from '../http/metrics.ts';
import { createKey } from '../keys/create-key.ts';
import { findKey } from '../keys/find-key.ts';
import { openDiskStore } from '../objects/disk-store.ts';
import { Projections } from '../search/projections.ts';
import { createSignInCode } from '../sessions/open-session.ts';
import { isLoopbackHost } from '../sessions/rules.ts';
import { createApp } from './create-app.ts';
import { keepFirstKey, openDataFolder, openLinkSecret } from './data-folder.ts';
import { prepareFirstStart } from './first-start.ts';
import { listenOn, splitListen } from './listen.ts';

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

const drainMs = 8_000; // of the ten seconds that a stop may take, what open requests get
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
  const folder = openDataFolder(config.data);
  const database = await openDatabase(config.database ?? `sqlite:${join(folder, 'cloud.db')}`, (error) => {
    log.warn({ kind: error.name }, 'database connection lost');
  });
  const { db } = database;
  const projections = new Projections(db, join(folder, 'search'), database.storeEpoch);
  const attachments = await openAttachments({
    objects: await openDiskStore(join(folder, 'objects')),
    staging: join(folder, 'incoming'),
    fetchAllow: config.fetch_allow,
    decodeChild: options.decodeChild ?? shippedDecoder,
    ...(options.fetchLimits === undefined ? {} : { limits: options.fetchLimits }),
  });
  const linkSecret = secrets.linkKey === undefined ? openLinkSecret(folder) : Buffer.from(secrets.linkKey);
  const stopping = new AbortController();
  let purging = Promise.resolve();
  const purge = () => {
    purging = purging
      .then(() => purgeDeletedDatasets(db, stopping.signal))
      .catch((error: unknown) => log.warn({ kind: error instanceof Error ? error.name : 'unknown' }, 'purge failed'));
  };
  try {
    const http = await listenWithPublicUrl(config, (publicUrl) =>
      createApp({
        db,
        projections,
        attachments,
        linkKeyring: linkKeyring(linkSecret),
        storeEpoch: database.storeEpoch,
        publicUrl,
        pages: options.pages ?? shippedPages,
        log,
        metrics: createMetrics(),
        clock,
        afterDelete: purge,
      }),
    );
    // Only once the port is ours: a start that fails must not use up the one time that the first key is shown.
    const { tenant, freshKey } = await prepareFirstStart(db, secrets.givenKey, clock()).catch(
      async (error: unknown) => {
        await http.close(0);
        throw error;
      },
    );
    const firstKey = freshKey === undefined ? undefined : { secret: freshKey, file: keepFirstKey(folder, freshKey) };
    purge();
    const acting = () => ({ tenantId: tenant.tenantId, actor: 'start', nowMs: clock() });
    let closing: Promise<void> | undefined;
    return {
      url: http.publicUrl.origin,
      tenantId: tenant.tenantId,
      firstKey,
      createSignInLink: async () =>
        `${http.publicUrl.origin}/sign-in#${await createSignInCode(db, tenant.tenantId, clock())}`,
      createAgentKey: async (label) => (await createKey(db, acting(), { label, scopes: ['agent'] })).secret,
      knowsKey: async (secret) => (await findKey(db, secret, 'standard', clock())) !== undefined,
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
          await http.close(drainMs);
          await purging;
          await attachments.close();
          await projections.close();
          await database.close();
        })();
        return closing;
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
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

/** @throws AppError `insecure-public-url` when sign-ins would cross a network in the clear and nobody said that this is meant */
function assertCookieIsSafe(config: CloudConfig): void {
  const url = new URL(config.public_url ?? `http://${hostForUrl(config.listen)}`);
  if (url.protocol === 'https:' || isLoopbackHost(url.hostname) || config.insecure_http) return;
  throw new AppError(
    'insecure-public-url',
    `Sign-ins at ${url.origin} would cross the network in the clear: use an https --public-url, or --insecure-http if you mean it.`,
  );
}
