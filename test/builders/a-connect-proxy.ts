import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** What one tunnel was asked for, and the bytes that the client put into it. */
export interface Tunnel {
  to: string;
  headers: Record<string, unknown>;
  sent: Buffer[];
}

export interface ConnectProxy {
  url: string;
  tunnels: Tunnel[];
  close(): Promise<void>;
}

/**
 * An HTTP proxy that takes CONNECT and nothing else, as in a network without another way out.
 * @param names what to connect to for a host of its own name space.
 * @param credentials `user:password` without which it answers 407.
 */
export async function aConnectProxy(options: {
  names?: Record<string, string>;
  credentials?: string;
}): Promise<ConnectProxy> {
  const tunnels: Tunnel[] = [];
  const sockets = new Set<Socket>();
  const wanted = options.credentials && `Basic ${Buffer.from(options.credentials).toString('base64')}`;
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', (request, client: Socket, head) => {
    if (wanted && request.headers['proxy-authorization'] !== wanted)
      return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const to = request.url ?? '';
    const [host = '', port] = to.split(/:(?=\d+$)/);
    const tunnel: Tunnel = { to, headers: request.headers, sent: [] };
    tunnels.push(tunnel);
    const upstream = connect(Number(port), options.names?.[host] ?? host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) upstream.write(head);
      client.on('data', (chunk: Buffer) => tunnel.sent.push(chunk));
      client.pipe(upstream).pipe(client);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {
        client.destroy();
        upstream.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
