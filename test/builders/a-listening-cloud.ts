/** A small cloud over real HTTP that speaks the agents' protocol, keeps what it is told, and records every request as it came. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { canonicalJson } from '@nucleus/shared/record/canonical-json';

export interface Captured {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  /** After undoing content-encoding. */
  body: Buffer;
}

export interface Scripted {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** Cut the connection without an answer; `applied` does the work first. */
  drop?: 'unheard' | 'applied';
}

export interface Held {
  rev: number;
  digest: string;
  state: 'live' | 'deleted' | 'removed_by_user';
  item?: unknown;
  applied: number;
}

export interface ListeningCloud {
  url: string;
  captured: Captured[];
  /** By source alias and reference id. */
  items: Map<string, Map<string, Held>>;
  storeEpoch: string;
  fence: number;
  /** Next answers to anything but a heartbeat, before the cloud's own; undefined means the cloud's own. */
  script: ((request: Captured) => Scripted | undefined)[];
  /** Rejects a change with a code. */
  rejects: (ref: string) => string | undefined;
  close(): Promise<void>;
}

/** @param tls what to speak TLS with; without it plain HTTP. */
export async function aListeningCloud(tls?: { key: string; cert: string }): Promise<ListeningCloud> {
  const cloud: ListeningCloud = {
    url: '',
    captured: [],
    items: new Map(),
    storeEpoch: 'a'.repeat(32),
    fence: 1,
    script: [],
    rejects: () => undefined,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  const answerOne = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const captured: Captured = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw,
    };
    cloud.captured.push(captured);
    const scripted = captured.path === '/v1/agents/heartbeat' ? undefined : cloud.script.shift()?.(captured);
    if (scripted?.drop === 'unheard') return void request.socket.destroy();
    const reply = scripted?.drop === undefined && scripted ? scripted : answer(cloud, captured);
    if (scripted?.drop === 'applied') return void request.socket.destroy();
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {}));
  };
  const server = tls ? createTlsServer(tls, answerOne) : createServer(answerOne);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  cloud.url = `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return cloud;
}

/** An error as the cloud words it. */
export const refusal = (status: number, code: string, headers: Record<string, string> = {}): Scripted => ({
  status,
  headers: { 'x-error-code': code, ...headers },
  body: { error: `Refused: ${code}.`, code },
});

function answer(cloud: ListeningCloud, request: Captured): Scripted {
  const url = new URL(request.path, 'http://cloud');
  if (url.pathname === '/v1/agents/register') {
    const { sources } = JSON.parse(request.body.toString()) as { sources: { alias: string }[] };
    const bound = sources.map(({ alias }) => ({
      alias,
      source_id: `src_${'0'.repeat(20)}`,
      dataset_id: `ds_${'0'.repeat(20)}`,
      fence: cloud.fence,
      high_rev: Math.max(0, ...[...held(cloud, alias).values()].map(({ rev }) => rev)),
    }));
    return { status: 200, body: { store_epoch: cloud.storeEpoch, heartbeat_s: 30, sources: bound } };
  }
  if (url.pathname === '/v1/agents/heartbeat')
    return { status: 200, body: { store_epoch: cloud.storeEpoch, approved: true } };
  if (url.pathname === '/v1/agents/changes') return applyChanges(cloud, url, request.body.toString());
  if (url.pathname.endsWith('/manifest')) return { status: 200, body: manifest(cloud, url) };
  return refusal(404, 'not-found');
}

function held(cloud: ListeningCloud, alias: string): Map<string, Held> {
  const items = cloud.items.get(alias) ?? new Map<string, Held>();
  cloud.items.set(alias, items);
  return items;
}

type Line = {
  op: 'put' | 'delete' | 'rekey';
  ref: string;
  new_ref?: string;
  rev: number;
  digest?: string;
  item?: unknown;
};

function applyChanges(cloud: ListeningCloud, url: URL, body: string): Scripted {
  if (url.searchParams.get('store_epoch') !== cloud.storeEpoch) return refusal(409, 'epoch-changed');
  if (Number(url.searchParams.get('fence')) < cloud.fence) return refusal(409, 'superseded');
  const [head, ...lines] = body
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as Line);
  const items = held(cloud, (head as unknown as { source: string }).source);
  const acks = lines.map(({ op, ref, new_ref, rev, item }) => {
    const code = cloud.rejects(ref);
    if (code) return { ref, rev, status: 'rejected', code };
    const digest = op === 'put' ? sha256(canonicalJson(item)).slice(0, 32) : 'deleted';
    const current = items.get(ref);
    if (op === 'rekey') {
      if (current && new_ref) {
        items.delete(ref);
        items.set(new_ref, { ...current, rev });
      }
      return { ref, rev, status: 'applied' };
    }
    if (current && (rev < current.rev || (rev === current.rev && digest !== current.digest))) {
      return { ref, rev, status: 'stale', current: { rev: current.rev, digest: current.digest } };
    }
    if (current?.rev === rev) return { ref, rev, status: 'duplicate' };
    items.set(ref, {
      rev,
      digest,
      state: op === 'put' ? 'live' : 'deleted',
      item,
      applied: (current?.applied ?? 0) + 1,
    });
    return { ref, rev, status: 'applied' };
  });
  return { status: 200, body: { store_epoch: cloud.storeEpoch, acks } };
}

function manifest(cloud: ListeningCloud, url: URL): unknown {
  const prefix = url.searchParams.get('prefix') ?? '';
  const lines = [...held(cloud, url.searchParams.get('source') ?? '')]
    .map(([ref, { rev, digest, state }]) => ({ k: sha256(ref).slice(0, 32), ref, rev, digest, state }))
    .filter(({ k }) => k.startsWith(prefix))
    .toSorted((a, b) => (a.k < b.k ? -1 : 1));
  const sum = (of: typeof lines): { count: number; sha256: string } => ({
    count: of.length,
    sha256: sha256(of.map(({ k, digest, state }) => `${k} ${digest} ${state}\n`).join('')),
  });
  const reply = { store_epoch: cloud.storeEpoch, ...sum(lines) };
  if (prefix.length === 4) return { ...reply, items: lines };
  const prefixes = [...new Set(lines.map(({ k }) => k.slice(0, prefix.length + 2)))];
  const children = prefixes.map((child) => ({ prefix: child, ...sum(lines.filter(({ k }) => k.startsWith(child))) }));
  return { ...reply, children };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
