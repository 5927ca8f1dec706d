/** A server of pictures on loopback, and of everything that a hostile one could answer instead. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface PictureServer {
  origin: string;
  /** `127.0.0.1:PORT`, as it is allowed by name. */
  host: string;
  /** Path of every request, in order of arrival. */
  requests: string[];
  /** Connections ever accepted: a canary must have none. */
  connections: () => number;
  /** Answers `path` with something else from now on. */
  answer: (path: string, answer: Answer) => void;
  close: () => Promise<void>;
}

export type Answer = Uint8Array | ((request: IncomingMessage, response: ServerResponse) => void);

/** Serves `first` by path; every other path is 404. Bytes are sent as image/jpeg, whatever they are. */
export async function aPictureServer(first: Record<string, Answer> = {}): Promise<PictureServer> {
  const answers = { ...first };
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    requests.push(path);
    const answer = answers[path];
    if (typeof answer === 'function') answer(request, response);
    else if (answer === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': answer.length }).end(answer);
  }).listen(0, '127.0.0.1');
  server.on('connection', (socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const host = `127.0.0.1:${address.port}`;
  return {
    origin: `http://${host}`,
    host,
    requests,
    connections: () => accepted,
    answer: (path, answer) => {
      answers[path] = answer;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
