/** An HTTP proxy on loopback that takes CONNECT alone and notes what it was asked for. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface ConnectProxy {
  url: string;
  /** `HOST:PORT` of every tunnel that was asked for. */
  tunnels: string[];
  /** What the client said to the proxy, and the bytes that it put into each tunnel. */
  heard: { headers: IncomingHttpHeaders; sent: Buffer[] }[];
  close: () => Promise<void>;
}

/**
 * @param credentials `user:password` without which it answers 407
 * @param names addresses of hosts that only the proxy can resolve
 */
export async function aConnectProxy(credentials?: string, names: Record<string, string> = {}): Promise<ConnectProxy> {
  const tunnels: string[] = [];
  const heard: ConnectProxy['heard'] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => void response.writeHead(405).end());
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (request, socket: Socket, head) => {
    const wanted = credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
    if (request.headers['proxy-authorization'] !== wanted) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    tunnels.push(request.url ?? '');
    const at = (request.url ?? '').lastIndexOf(':');
    const host = request.url?.slice(0, at) ?? '';
    const tunnel = { headers: request.headers, sent: [] as Buffer[] };
    heard.push(tunnel);
    const onward = connect(Number(request.url?.slice(at + 1)), names[host] ?? host, () => {
      socket.on('data', (chunk: Buffer) => tunnel.sent.push(chunk));
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    sockets.add(onward);
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${credentials === undefined ? '' : `${credentials}@`}127.0.0.1:${port}`,
    tunnels,
    heard,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
