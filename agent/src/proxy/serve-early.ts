import type { IncomingMessage, Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { ConnectionLimit } from './limit-connections.ts';
import { type PlainHeaders, readPlainHeaders, readPlainRequest } from './plain-request.ts';
import { lookOf } from './proven-links.ts';
import { returnSmall } from './send-descriptor.ts';
import type { KnownAnswers, WholeReply } from './serve-known.ts';

type Socket = IncomingMessage['socket'];

export interface EarlyParts {
  known: KnownAnswers;
  connections: ConnectionLimit;
  /** Values of `Host`, lower case, that are answered. */
  authorities: ReadonlySet<string>;
  /** Origins of pages that may read the answers. */
  readers: ReadonlySet<string>;
  /** Told of every whole answer. */
  count: (bytes: number) => void;
  /** Seconds since 1970. */
  now: () => number;
}

export interface EarlyLimits {
  /** For the first request of a connection. */
  headersTimeout: number;
  keepAliveTimeout: number;
  /** A client that takes nothing for this long is cut. */
  stallTimeout: number;
  maxRequestsPerSocket: number;
}

/** A connection that the HTTP server has not seen yet. */
interface Held {
  answers: number;
  timeoutMs: number;
}

/** A head is as good as the second in which it was written. */
interface WrittenHead {
  second: number;
  age: string;
  bytes: Buffer;
}

/** What the headers of a plain request mean here; undefined when another must answer it. */
type Judged = { look: string; isLast: boolean } | undefined;

const maxJudged = 512;

/**
 * Stands before an HTTP server and answers plain requests for links that were answered whole before, without a parser, a request and a
 * response object for each: that costs more than all the rest of such an answer. The first piece of a connection that is anything else
 * goes to the HTTP server together with the connection, for good. Nothing that decides is different here.
 * @param server before it listens; with TLS it is asked after the handshake.
 */
export function serveEarly(
  server: Server | TlsServer,
  isTls: boolean,
  limits: EarlyLimits,
  parts: EarlyParts,
): { close(): void } {
  const event = isTls ? 'secureConnection' : 'connection';
  const serveHttp = takeListeners(server, event);
  const held = new Map<Socket, Held>();
  const judged = new Map<string, Judged>();
  const written = new WeakMap<object, WrittenHead>();

  const judge = (block: string): Judged => {
    let found = judged.get(block);
    if (found !== undefined || judged.has(block)) return found;
    found = meaningOf(parts, readPlainHeaders(block));
    // a browser sends the same block with every picture
    if (judged.size >= maxJudged) judged.clear();
    judged.set(block, found);
    return found;
  };

  /** Whether the piece was a request that could be answered. */
  const answer = (socket: Socket, state: Held, chunk: Buffer): boolean => {
    const request = readPlainRequest(chunk);
    const meant = request && judge(request.block);
    if (!meant) return false;
    const reply = parts.known.find(request.token, meant.look);
    if (!reply) return false;
    state.answers += 1;
    const isLast = meant.isLast || state.answers >= limits.maxRequestsPerSocket;
    socket.cork();
    socket.write(isLast ? headOf(reply, parts.now(), lastLines) : keptHead(reply));
    if (reply.isLent) socket.write(reply.body, () => returnSmall(reply.body));
    else socket.write(reply.body);
    socket.uncork();
    parts.count(reply.body.length);
    if (isLast) socket.destroySoon();
    return true;
  };
  const aliveLines = `Connection: keep-alive\r\nKeep-Alive: timeout=${limits.keepAliveTimeout / 1000}, max=${limits.maxRequestsPerSocket}\r\n\r\n`;
  const keptHead = (reply: WholeReply): Buffer => {
    const now = parts.now();
    const second = Math.floor(now);
    let head = written.get(reply.answer);
    if (head === undefined || head.second !== second || head.age !== reply.age) {
      head = { second, age: reply.age, bytes: headOf(reply, now, aliveLines) };
      written.set(reply.answer, head);
    }
    return head.bytes;
  };

  const hold = (socket: Socket): void => {
    const state = { answers: 0, timeoutMs: limits.headersTimeout };
    const onData = (chunk: Buffer): void => {
      // nothing follows a last answer
      if (socket.writableEnded) return;
      // who does not read gets no more before he does
      if (socket.writableNeedDrain || !answer(socket, state, chunk)) {
        handOver(chunk);
        return;
      }
      wait(socket.writableLength > 0 ? limits.stallTimeout : limits.keepAliveTimeout);
      parts.connections.passed(socket);
    };
    const wait = (ms: number): void => {
      if (state.timeoutMs === ms) return;
      state.timeoutMs = ms;
      socket.setTimeout(ms);
    };
    const onEnd = (): void => void socket.end();
    const cut = (): void => void socket.destroy();
    const forget = (): void => void held.delete(socket);
    const handOver = (chunk: Buffer): void => {
      held.delete(socket);
      socket.off('data', onData).off('end', onEnd).off('error', cut).off('timeout', cut).off('close', forget);
      socket.setTimeout(0);
      socket.pause();
      socket.unshift(chunk);
      serveHttp(socket);
      socket.resume();
    };
    held.set(socket, state);
    socket.setTimeout(state.timeoutMs);
    socket.on('data', onData).on('end', onEnd).on('error', cut).on('timeout', cut).on('close', forget);
  };
  server.on(event, hold);
  return {
    close() {
      for (const socket of held.keys()) {
        if (socket.writableLength > 0) socket.end();
        else socket.destroy();
      }
    },
  };
}

/** What the server itself does with a connection. Listeners that were added by others stay. */
function takeListeners(server: Server | TlsServer, event: string): (socket: Socket) => void {
  const [own] = server.listeners(event);
  if (own === undefined) throw new Error(`the server does not listen to ${event}`);
  server.off(event, own as () => void);
  return (socket) => own.call(server, socket);
}

const lastLines = 'Connection: close\r\n\r\n';

function meaningOf({ authorities, readers }: EarlyParts, headers: PlainHeaders | undefined): Judged {
  if (headers === undefined) return undefined;
  const { host, accept, origin, isLast } = headers;
  if (!authorities.has(host) && !authorities.has(host.toLowerCase())) return undefined;
  if (origin !== undefined && !readers.has(origin)) return undefined;
  return { look: lookOf(accept, origin), isLast };
}

/** A head as the HTTP server writes it. */
function headOf({ answer: { head }, age }: WholeReply, nowSeconds: number, lastPart: string): Buffer {
  let text = 'HTTP/1.1 200 OK\r\n';
  for (let at = 0; at < head.length - 1; at += 2) {
    text += `${head[at]}: ${at === head.length - 2 ? age : head[at + 1]}\r\n`;
  }
  return Buffer.from(`${text}Date: ${new Date(nowSeconds * 1000).toUTCString()}\r\n${lastPart}`, 'latin1');
}
