/** A real cloud on a free port, over a fresh database, with the keys that a test needs. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { type FetchLimits, fetchLimits } from '../../cloud-api/src/attachments/fetch/fetch-attachment.ts';
import { CloudConfig, type CloudSecrets } from '../../cloud-api/src/config.ts';
import { openDatabase } from '../../cloud-api/src/database/open-database.ts';
import { createKey, type NewKey } from '../../cloud-api/src/keys/create-key.ts';
import { type RunningCloud, startCloud } from '../../cloud-api/src/serve/start-cloud.ts';
import { createTenant } from '../../cloud-api/src/tenants/create-tenant.ts';
import type { TestDatabase } from './on-each-database.ts';

const builtDecoder = new URL('../../cloud-api/dist/attachments/decode/decode-child.js', import.meta.url);

export interface ACloud {
  url: string;
  running: RunningCloud;
  /** Admin key of the tenant `default`. */
  adminKey: string;
  /** Folder of everything that it keeps. */
  data: string;
  /** URL of its database, for a look behind the routes or a second process. */
  databaseUrl: string;
  /** A key of `default`, or of another tenant that is made for it. */
  makeKey: (key: Partial<NewKey> & { tenant?: string }) => Promise<string>;
  /** Stops it and starts another over the same data, as a restart does; `meanwhile` happens while none runs. */
  restart: (meanwhile?: () => Promise<void>) => Promise<void>;
  close: () => Promise<void>;
}

/** @param database where it keeps things; closed and dropped with the cloud */
export async function aCloud(options: {
  database: TestDatabase;
  pages?: string;
  clock?: () => number;
  /** `host:port` in private networks that addresses of items may name. */
  fetchAllow?: string[];
  fetchLimits?: Partial<FetchLimits>;
  /** More settings. */
  config?: Partial<CloudConfig>;
  objectKeys?: CloudSecrets['objectKeys'];
  stsKeys?: CloudSecrets['stsKeys'];
}): Promise<ACloud> {
  const data = await mkdtemp(join(tmpdir(), 'a-cloud-'));
  const adminKey = `live_${randomBytes(32).toString('base64url')}`;
  const databaseUrl = options.database.url ?? `sqlite:${join(data, 'cloud', 'cloud.db')}`;
  const start = () =>
    startCloud({
      config: CloudConfig.parse({
        data,
        listen: '127.0.0.1:0',
        database: databaseUrl,
        fetch_allow: options.fetchAllow ?? [],
        ...options.config,
      }),
      decodeChild: builtDecoder,
      fetchLimits: { ...fetchLimits, ...options.fetchLimits },
      secrets: { givenKey: adminKey, objectKeys: options.objectKeys, stsKeys: options.stsKeys },
      log: pino({ level: 'silent' }),
      ...(options.pages === undefined ? {} : { pages: options.pages }),
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    });
  let running = await start();
  return {
    get url() {
      return running.url;
    },
    get running() {
      return running;
    },
    adminKey,
    data,
    databaseUrl,
    makeKey: (key) => makeKey(databaseUrl, running.tenantId, key),
    restart: async (meanwhile) => {
      await running.close();
      await meanwhile?.();
      running = await start();
    },
    close: async () => {
      await running.close();
      await options.database.drop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function makeKey(
  databaseUrl: string,
  defaultTenant: string,
  { tenant, ...key }: Partial<NewKey> & { tenant?: string },
): Promise<string> {
  const { db, close } = await openDatabase(databaseUrl, () => undefined);
  try {
    const nowMs = Date.now();
    const tenantId = tenant === undefined ? defaultTenant : (await createTenant(db, 'test', tenant, nowMs)).tenantId;
    const made = await createKey(db, { tenantId, actor: 'test', nowMs }, { label: 'test', scopes: ['admin'], ...key });
    return made.secret;
  } finally {
    await close();
  }
}
