import { once } from 'node:events';
import { type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What becomes of one request. `lost` and `torn` answers come after the cloud has done the work; a `late` one is given up by its sender and
 * still reaches the cloud after the ones that were sent in its place.
 */
export type Fate =
  | 'pass'
  | 'unheard'
  | 'cut'
  | 'lost'
  | 'torn'
  | 'silent'
  | 'doubled'
  | 'late'
  | 'portal'
  | 'overloaded'
  | 'too-large';

export interface ChaosRelay {
  /** Stays the same while clouds come and go behind it. */
  url: string;
  /** Called with each request, numbered from 1. */
  fateOf: (path: string, n: number) => Fate;
  /** Every fate that was met, in order. */
  met: Fate[];
  close: () => Promise<void>;
}

/** An HTTP relay in front of a cloud, whose address it asks for with each request. */
export async function aChaosRelay(cloudUrl: () => string): Promise<ChaosRelay> {
  let n = 0;
  const relay: ChaosRelay = {
    url: '',
    fateOf: () => 'pass',
    met: [],
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const server = createServer((incoming, outgoing) => {
    n += 1;
    const fate = relay.fateOf(incoming.url ?? '', n);
    relay.met.push(fate);
    meet(fate, incoming, outgoing, cloudUrl()).catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  relay.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return relay;
}

/** Longer than a back-off of the trials and a batch take. */
const lateMs = 700;

async function meet(fate: Fate, incoming: IncomingMessage, outgoing: ServerResponse, cloud: string): Promise<void> {
  if (fate === 'unheard') return void incoming.socket.resetAndDestroy();
  if (fate === 'cut') {
    incoming.once('data', () => incoming.socket.resetAndDestroy());
    incoming.once('end', () => incoming.socket.resetAndDestroy());
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  if (fate === 'silent') return;
  if (fate === 'late') {
    incoming.socket.resetAndDestroy();
    setTimeout(() => ask(cloud, incoming, body).catch(() => undefined), lateMs).unref();
    return;
  }
  if (fate === 'portal') {
    outgoing.writeHead(200, { 'content-type': 'text/html' });
    return void outgoing.end('<html><body>Please sign in to the network</body></html>');
  }
  if (fate === 'overloaded' || fate === 'too-large') {
    const code = fate === 'overloaded' ? 'overloaded' : 'body-too-large';
    outgoing.writeHead(fate === 'overloaded' ? 503 : 413, {
      'content-type': 'application/json',
      'x-error-code': code,
      ...(fate === 'overloaded' ? { 'retry-after': '1' } : {}),
    });
    return void outgoing.end(JSON.stringify({ error: 'Not now.', code }));
  }
  if (fate === 'doubled') await ask(cloud, incoming, body);
  const answer = await ask(cloud, incoming, body);
  if (fate === 'lost') return void incoming.socket.resetAndDestroy();
  if (fate === 'torn') {
    outgoing.writeHead(200, { 'content-type': 'application/json' });
    return void outgoing.end(answer.body.subarray(0, Math.floor(answer.body.length / 2)));
  }
  outgoing.writeHead(answer.status, answer.headers);
  outgoing.end(answer.body);
}

async function ask(
  cloud: string,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }> {
  const to = new URL(cloud);
  const asked: ClientRequest = request({
    host: to.hostname,
    port: to.port,
    method,
    path: url,
    headers: { ...headers, host: to.host },
    agent: false,
  });
  asked.end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 502, headers: response.headers, body: Buffer.concat(chunks) };
}
