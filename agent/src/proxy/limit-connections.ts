import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';

type Socket = IncomingMessage['socket'];

/** Most connections at a time; beyond it the system refuses. */
const maxConnections = 256;
/** Most of them without a request in work: silent, or dripping a head byte by byte. */
const maxWaiting = 128;

/**
 * Keeps half-open connections from using up all places: one that has no request in work is waiting, and when too many wait the one
 * that waited longest is cut. So a good request always finds a place, even from an address that floods.
 */
export function limitConnections(server: Server | TlsServer): void {
  // by the other side's address: with TLS a request comes by another socket object than the connection
  const waiting = new Map<string, Socket>();
  const names = new WeakMap<Socket, string>();
  const nameOf = (socket: Socket): string => {
    let name = names.get(socket);
    if (name === undefined) {
      name = `${socket.remoteAddress} ${socket.remotePort}`;
      names.set(socket, name);
    }
    return name;
  };
  const wait = (socket: Socket): void => {
    const name = nameOf(socket);
    waiting.delete(name);
    waiting.set(name, socket);
    if (waiting.size > maxWaiting) {
      const [oldest] = waiting;
      if (oldest) {
        waiting.delete(oldest[0]);
        oldest[1].destroy();
      }
    }
  };
  server.maxConnections = maxConnections;
  server.on('connection', (socket: Socket) => {
    // a closed socket has forgotten the other side's address
    const name = nameOf(socket);
    socket.once('close', () => waiting.delete(name));
    wait(socket);
  });
  server.prependListener('request', (req: IncomingMessage, res: ServerResponse) => {
    const { socket } = req;
    waiting.delete(nameOf(socket));
    res.once('close', () => {
      if (!socket.destroyed) wait(socket);
    });
  });
}
