import { createServer, type RequestListener, type Server } from 'node:http';
import { AppError } from '@nucleus/shared/failure/app-error';

export interface Listening {
  server: Server;
  port: number;
  /** Takes no new connections, lets open requests end, and cuts them after `withinMs`. */
  close: (withinMs: number) => Promise<void>;
}

/** Host and port of `HOST:PORT`; brackets of IPv6 are taken off. */
export function splitListen(listen: string): { host: string; port: number } {
  const at = listen.lastIndexOf(':');
  return { host: listen.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(listen.slice(at + 1)) };
}

/**
 * Answers on an address. Port 0 takes a free one.
 * @throws AppError `port-in-use` for an address that is taken, not ours to take, or not of this machine.
 */
export async function listenOn(listen: string, handler: RequestListener): Promise<Listening> {
  const { host, port } = splitListen(listen);
  const server = createServer(
    // An upload of half a gigabyte may take an hour; limit-body-time.ts cuts every other request sooner.
    { headersTimeout: 10_000, requestTimeout: 3_600_000, keepAliveTimeout: 65_000, maxHeaderSize: 16_384 },
    handler,
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : 'unknown';
      const why = code === 'EADDRINUSE' ? 'is taken: stop what uses it or choose another' : `cannot be used (${code})`;
      reject(new AppError('port-in-use', `Port ${port} on ${host} ${why}.`, { cause }));
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    server,
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: (withinMs) => closeServer(server, withinMs),
  };
}

const idleLookMs = 50;

async function closeServer(server: Server, withinMs: number): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), withinMs);
  // Again and again: a connection whose request ends now would stay open for its next one.
  const idle = setInterval(() => server.closeIdleConnections(), idleLookMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearInterval(idle);
  clearTimeout(cut);
}
