import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pino from 'pino';
import { type ProxyOptions, type RunningProxy, startProxy } from '../../agent/src/proxy/start-proxy.ts';
import { openDistantFiles } from '../../agent/src/source/distant-files.ts';
import { openState, type State } from '../../agent/src/state/open-state.ts';
import { openViewerParts, type ViewerPartsOptions } from '../../agent/src/viewer-parts.ts';

/** A running proxy over a real folder and a real catalogue, on a free port of loopback. */
export interface ProxyUnderTest {
  proxy: RunningProxy;
  state: State;
  /** Root of the source `main`, number 1. */
  folder: string;
  port: number;
  /** The agent's data directory. */
  dataDir: string;
  rechecks: string[];
  /** Logged lines, as JSON. */
  logged: string[];
  /** Moves the proxy's clock, in seconds. */
  clock: { offset: number };
  close(): Promise<void>;
}

export const aDashboard = 'https://dash.example.com';

/** Starts a proxy; `over` replaces any option. The caller closes it. */
export async function aProxy(over: Partial<ProxyOptions> = {}): Promise<ProxyUnderTest> {
  const base = mkdtempSync(join(tmpdir(), 'proxy-'));
  const folder = join(base, 'root');
  mkdirSync(folder);
  const state = over.state ?? openState(join(base, 'data'));
  if (over.sources === undefined) addSource(state, 1, 'main', folder);
  const viewer = over.viewer === undefined ? theViewerParts(state, join(base, 'data')) : undefined;
  const distant = openDistantFiles(new URL('../../agent/dist/source/distant-thread.js', import.meta.url));
  const rechecks: string[] = [];
  const logged: string[] = [];
  const clock = { offset: 0 };
  const proxy = await startProxy({
    state,
    sources: [{ sourceNo: 1, alias: 'main', folder }],
    listen: '127.0.0.1:0',
    dashboardOrigins: [aDashboard],
    assetIpAllowlist: [],
    metricsFromAnywhere: false,
    keys: { agentId: 'agt_00000000000000000000', media: randomBytes(32) },
    makePreview: ({ edgePx, type }) => Promise.resolve(Buffer.from(`preview ${edgePx} ${type}`)),
    distant,
    whatLeft: () => undefined,
    overview: () => ({
      agent_id: 'agt_00000000000000000000',
      version: '0.1.0',
      cloud_url: 'https://cloud.example.com',
      cloud_state: 'never-reached',
      sources: [],
    }),
    viewer: (over.viewer ?? viewer) as ProxyOptions['viewer'],
    recheck: (alias, path) => void rechecks.push(`${alias} ${path.toString()}`),
    webRoot: join(base, 'web'),
    previewsDir: join(base, 'data', 'previews'),
    maxCacheBytes: 10_000_000,
    version: '0.1.0',
    log: pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }),
    now: () => Date.now() / 1000 + clock.offset,
    ...over,
  });
  return {
    proxy,
    state,
    folder,
    port: proxy.listening.port,
    dataDir: join(base, 'data'),
    rechecks,
    logged,
    clock,
    async close() {
      await proxy.close();
      await viewer?.close();
      await distant.close();
      if (over.state === undefined) state.close();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/**
 * What the viewer's pages need, over a catalogue below `dataDir`; the threads are those of the build. Without a decoder, a pipeline or a
 * ledger of its own it knows no tags, reads nothing again and has sent nothing.
 */
export function theViewerParts(
  state: State,
  dataDir: string,
  over: Partial<ViewerPartsOptions> = {},
): ReturnType<typeof openViewerParts> {
  return openViewerParts({
    state,
    dataDir,
    sources: [{ sourceNo: 1, alias: 'main' }],
    keys: { names: Buffer.alloc(32, 7) },
    policyOf: (alias) => ({
      alias,
      level: 'standard',
      names: 'relative-path',
      fieldsOff: [],
      gpsGrainDegrees: 0.1,
      publicUrl: 'http://127.0.0.1:8787',
    }),
    sync: { cloudState: () => 'never-reached', pauseReason: () => undefined },
    pool: { tags: () => Promise.resolve({ kind: 'exception', code: 'unreadable' }) },
    pipeline: { retry: () => Promise.resolve(0) },
    index: {
      page: () => ({ total: 0, entries: [] }),
      findRow: () => undefined,
      findAttempt: () => Promise.resolve(undefined),
    },
    builtRoot: new URL('../../agent/dist/', import.meta.url),
    ...over,
  });
}

function addSource(state: State, sourceNo: number, alias: string, folder: string): void {
  state
    .prepare(
      `insert into sources (source_no, alias, folder, dataset_name, level, names, fields_off, state)
       values (?, ?, ?, ?, 'standard', 'relative-path', '[]', 'live')`,
    )
    .run(sourceNo, alias, folder, `dataset of ${alias}`);
}

export interface CataloguedFile {
  itemKey: Buffer;
  referenceId: string;
  path: string;
  content: Buffer;
}

/** Writes a file and catalogues it as a scan would. */
export function addFile(
  { state, folder }: Pick<ProxyUnderTest, 'state' | 'folder'>,
  path: string,
  content: Buffer | string = `content of ${path}`,
  over: { format?: string; referenceId?: string; sourceNo?: number; width?: number; height?: number } = {},
): CataloguedFile {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
  const referenceId = over.referenceId ?? path;
  const itemKey = addRow(state, join(folder, path), path, { ...over, referenceId });
  return { itemKey, referenceId, path, content: Buffer.from(content) };
}

/** The row of a file that is there. */
function addRow(
  state: State,
  absolute: string,
  path: string,
  over: { format?: string; referenceId?: string; sourceNo?: number; width?: number; height?: number } = {},
): Buffer {
  const stat = statSync(absolute);
  const itemKey = randomBytes(16);
  const { format = 'jpeg', width = 4000, height = 3000 } = over;
  const facts = { width, height, fields: { media_kind: 'image', format, blurhash: 'LEHV6nWB2yk8pyo0adR*.7kCMdnj' } };
  state
    .prepare(
      `insert into items (item_key, source_no, reference_id, presence, status, path, dev, ino, byte_size, mtime_ms,
         ctime_ms, content_hash, generation, revision, digest, facts, ingest_day)
       values (?, ?, ?, 'live', 'catalogued', ?, ?, ?, ?, ?, ?, ?, 1, 1, 'd', ?, '2026-11-23')`,
    )
    .run(
      itemKey,
      over.sourceNo ?? 1,
      over.referenceId ?? path,
      Buffer.from(path),
      stat.dev,
      stat.ino,
      stat.size,
      stat.mtimeMs,
      stat.ctimeMs,
      randomBytes(32),
      JSON.stringify(facts),
    );
  return itemKey;
}

/** Takes a file's stat as it is now into its row, as a scan that found the same content would. */
export function restat(state: State, itemKey: Buffer, absolute: string): void {
  const { dev, ino, size, mtimeMs, ctimeMs } = statSync(absolute);
  state
    .prepare('update items set dev = ?, ino = ?, byte_size = ?, mtime_ms = ?, ctime_ms = ? where item_key = ?')
    .run(dev, ino, size, mtimeMs, ctimeMs, itemKey);
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Whether the connection was cut before the stated length had come. */
  isCut: boolean;
}

/** One request as spelled: the path is not normalised, headers are not completed. */
export function ask(
  port: number,
  path: string,
  options: {
    method?: string;
    headers?: Record<string, string | string[]>;
    body?: string;
    localAddress?: string;
    host?: string;
  } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: options.host ?? '127.0.0.1',
        port,
        path,
        method: options.method ?? 'GET',
        headers: options.headers ?? {},
        agent: false,
        ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
      },
      (res) => {
        const chunks: Buffer[] = [];
        const done = (isCut: boolean): void =>
          resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks), isCut });
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('end', () => done(!res.complete));
        res.on('error', () => done(true));
      },
    );
    asked.on('error', reject);
    asked.end(options.body);
  });
}

/** Posts JSON as a page of `origin` would. */
export function post(port: number, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  return ask(port, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'origin': `http://127.0.0.1:${port}`, ...headers },
    body: JSON.stringify(body),
  });
}

export const json = <T = Record<string, unknown>>(reply: Reply): T => JSON.parse(reply.body.toString()) as T;

/** Opens the viewer as a user does and answers the bearer. */
export async function aViewer({ proxy, port }: Pick<ProxyUnderTest, 'proxy' | 'port'>): Promise<string> {
  const reply = await post(port, '/v1/viewer/session', { code: proxy.mintViewerCode() });
  return json<{ session: string }>(reply).session;
}

/** The path of a link from the command line. */
export function linkPath({ proxy }: Pick<ProxyUnderTest, 'proxy'>, referenceId: string, variant = 'original'): string {
  const { url } = proxy.mintLink({ referenceId, variant: variant as 'original', minutes: 10 });
  return new URL(url).pathname;
}
