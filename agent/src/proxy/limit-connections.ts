import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';

type Socket = IncomingMessage['socket'];

/** Most connections at a time; beyond it the system refuses. */
const maxConnections = 256;
/** Most of them without a request in work: silent, or dripping a head byte by byte. */
const maxWaiting = 128;

/** One connection's place. */
interface Place {
  name: string;
  socket: Socket;
  /** Requests in work. */
  busy: number;
  /** Counts up: the smaller, the longer it has waited. */
  since: number;
  isOver: boolean;
}

export interface ConnectionLimit {
  /** A request has come whole: its connection waits no more until the answer has gone. */
  begin(socket: Socket, res: ServerResponse): void;
  /** A request was answered in the moment in which it came. */
  passed(socket: Socket): void;
}

/**
 * Keeps half-open connections from using up all places: one that has no request in work is waiting, and when too many wait the one
 * that waited longest is cut. So a good request always finds a place, even from an address that floods.
 */
export function limitConnections(server: Server | TlsServer): ConnectionLimit {
  // by the other side's address: with TLS a request comes by another socket object than the connection
  const places = new Map<string, Place>();
  const placeOf = new WeakMap<Socket, Place>();
  let waiting = 0;
  let clock = 0;
  const nameOf = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort}`;

  const wait = (place: Place): void => {
    place.since = ++clock;
    waiting += 1;
    if (waiting <= maxWaiting) return;
    let oldest = place;
    for (const each of places.values()) if (each.busy === 0 && each.since < oldest.since) oldest = each;
    end(oldest);
    oldest.socket.destroy();
  };
  const end = (place: Place): void => {
    if (place.isOver) return;
    place.isOver = true;
    if (places.get(place.name) === place) places.delete(place.name);
    if (place.busy === 0) waiting -= 1;
  };
  const find = (socket: Socket): Place | undefined => {
    const known = placeOf.get(socket);
    if (known !== undefined) return known;
    const place = places.get(nameOf(socket));
    if (place !== undefined) placeOf.set(socket, place);
    return place;
  };

  server.maxConnections = maxConnections;
  server.on('connection', (socket: Socket) => {
    // a closed socket has forgotten the other side's address
    const name = nameOf(socket);
    const place = { name, socket, busy: 0, since: 0, isOver: false };
    places.set(name, place);
    placeOf.set(socket, place);
    socket.once('close', () => end(place));
    wait(place);
  });
  return {
    begin(socket, res) {
      const place = find(socket);
      if (place === undefined) return;
      if (place.busy === 0 && !place.isOver) waiting -= 1;
      place.busy += 1;
      res.once('close', () => {
        place.busy -= 1;
        if (place.busy === 0 && !place.isOver) wait(place);
      });
    },
    passed(socket) {
      const place = find(socket);
      if (place !== undefined) place.since = ++clock;
    },
  };
}
