import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** One HTTP request as it crossed the wire. */
export interface RecordedRequest {
  method: string;
  target: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Before content-encoding. */
  body: Buffer;
}

export interface RecordingRelay {
  /** Where the agent is pointed to. */
  url: string;
  /** Every byte that came from the agent, by connection, in order of opening. */
  streams: () => Buffer[];
  /** The same, parsed. */
  requests: () => RecordedRequest[];
  close: () => Promise<void>;
}

/**
 * A TCP relay in front of a cloud. It knows nothing of the product: it copies bytes both ways and keeps those that came from the
 * agent, so that what left can be looked at from outside.
 */
export async function aRecordingRelay(cloudUrl: string): Promise<RecordingRelay> {
  const cloud = new URL(cloudUrl);
  const recorded: Buffer[][] = [];
  const open = new Set<Socket>();
  const server = createServer((fromAgent) => {
    const chunks: Buffer[] = [];
    recorded.push(chunks);
    const toCloud = connect(Number(cloud.port), cloud.hostname);
    for (const socket of [fromAgent, toCloud]) {
      open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => open.delete(socket));
    }
    fromAgent.on('data', (chunk: Buffer) => chunks.push(chunk));
    fromAgent.pipe(toCloud).pipe(fromAgent);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const streams = (): Buffer[] => recorded.map((chunks) => Buffer.concat(chunks));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    streams,
    requests: () => streams().flatMap(parseRequests),
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Requests of one keep-alive connection. @throws Error when the stream is not HTTP/1.1 with lengths or chunks. */
function parseRequests(stream: Buffer): RecordedRequest[] {
  const requests: RecordedRequest[] = [];
  for (let at = 0; at < stream.length; ) {
    const headEnd = stream.indexOf('\r\n\r\n', at);
    if (headEnd < 0) break;
    const [requestLine = '', ...lines] = stream.toString('latin1', at, headEnd).split('\r\n');
    const [method = '', target = ''] = requestLine.split(' ');
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const { raw, end } = readBody(stream, headEnd + 4, headers);
    if (end > stream.length) break;
    const body = headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    requests.push({ method, target, headers, body });
    at = end;
  }
  return requests;
}

function readBody(stream: Buffer, from: number, headers: Record<string, string>): { raw: Buffer; end: number } {
  if (headers['transfer-encoding'] !== 'chunked') {
    const end = from + Number(headers['content-length'] ?? 0);
    return { raw: stream.subarray(from, end), end };
  }
  const parts: Buffer[] = [];
  for (let at = from; ; ) {
    const lineEnd = stream.indexOf('\r\n', at);
    if (lineEnd < 0) return { raw: Buffer.alloc(0), end: stream.length + 1 };
    const bytes = Number.parseInt(stream.toString('latin1', at, lineEnd), 16);
    if (bytes === 0) return { raw: Buffer.concat(parts), end: lineEnd + 4 };
    parts.push(stream.subarray(lineEnd + 2, lineEnd + 2 + bytes));
    at = lineEnd + 2 + bytes + 2;
  }
}
