import type { IncomingMessage, Server, ServerResponse } from 'node:http';

type Socket = IncomingMessage['socket'];

/** Most connections at a time; beyond it the system refuses. */
const maxConnections = 256;
/** Most of them without a request in work: silent, or dripping a head byte by byte. */
const maxWaiting = 128;

/**
 * Keeps half-open connections from using up all places: one that has no request in work is waiting, and when too many wait the one
 * that waited longest is cut. So a good request always finds a place, even from an address that floods.
 */
export function limitConnections(server: Server): void {
  const waiting = new Set<Socket>();
  const wait = (socket: Socket): void => {
    waiting.delete(socket);
    waiting.add(socket);
    if (waiting.size > maxWaiting) {
      const [oldest] = waiting;
      if (oldest) {
        waiting.delete(oldest);
        oldest.destroy();
      }
    }
  };
  server.maxConnections = maxConnections;
  server.on('connection', (socket: Socket) => {
    socket.once('close', () => waiting.delete(socket));
    wait(socket);
  });
  server.prependListener('request', (req: IncomingMessage, res: ServerResponse) => {
    const { socket } = req;
    waiting.delete(socket);
    res.once('close', () => {
      if (!socket.destroyed) wait(socket);
    });
  });
}
