/** One HTTP exchange with the cloud: constant headers, time limits, a capped answer, no redirect, no retry. */
import { AppError } from '@nucleus/shared/failure/app-error';
import { got, type OptionsOfBufferResponseBody, RequestError } from 'got';

import { openConnections, type Route } from './open-connections.ts';

/** Largest answer that is read: acks of a thousand changes with long names stay far below. */
const maxReplyBytes = 16 * 1024 ** 2;

export interface TransportOptions extends Route {
  cloudUrl: string;
  version: string;
  /** API key; goes into Basic authorization as user name and nowhere else. */
  apiKey: string;
  /** Milliseconds. */
  limits?: { connect: number; headers: number; idle: number };
}

/** What came back. `body` is not parsed yet: it may be anything. */
export interface RawReply {
  status: number;
  code: string | undefined;
  retryAfter: string | undefined;
  body: Buffer;
}

export interface Transport {
  /** @throws AppError `cloud-unreachable` when no whole answer came, `cloud-refused` when the answer is too large. */
  exchange(
    request: { method: 'GET' | 'POST'; path: string; body: Buffer; type: string; gzipped: boolean },
    signal?: AbortSignal,
  ): Promise<RawReply>;
  close(): void;
}

/** Keeps one set of connections to the cloud. */
export function openTransport(options: TransportOptions): Transport {
  const { connect, headers, idle } = options.limits ?? { connect: 10_000, headers: 30_000, idle: 30_000 };
  const agent = openConnections(options);
  const base = options.cloudUrl.replace(/\/+$/, '');
  const constant = {
    'user-agent': `nucleus-agent/${options.version}`,
    'authorization': `Basic ${Buffer.from(`${options.apiKey}:`).toString('base64')}`,
    'accept': 'application/json',
  };
  return {
    async exchange(request, signal) {
      const stop = new AbortController();
      const settings: OptionsOfBufferResponseBody = {
        method: request.method,
        agent,
        headers: {
          ...constant,
          ...(request.method === 'POST' ? { 'content-type': request.type } : {}),
          ...(request.gzipped ? { 'content-encoding': 'gzip' } : {}),
        },
        ...(request.method === 'POST' ? { body: request.body } : {}),
        responseType: 'buffer',
        throwHttpErrors: false,
        followRedirect: false,
        retry: { limit: 0 },
        decompress: false,
        timeout: { lookup: connect, connect, secureConnect: connect, response: headers, socket: idle },
        https: {
          rejectUnauthorized: true,
          ...(options.caPem === undefined ? {} : { certificateAuthority: options.caPem }),
        },
        signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
      };
      try {
        const pending = got(base + request.path, settings);
        pending.on('downloadProgress', ({ transferred }) => transferred > maxReplyBytes && stop.abort());
        const reply = await pending;
        return {
          status: reply.statusCode,
          code: single(reply.headers['x-error-code']),
          retryAfter: reply.headers['retry-after'],
          body: reply.body as Buffer,
        };
      } catch (cause) {
        if (stop.signal.aborted)
          throw new AppError(
            'cloud-refused',
            `The cloud at ${origin(base)} answered with more than ${maxReplyBytes} bytes.`,
            { cause },
          );
        signal?.throwIfAborted();
        const reason = cause instanceof RequestError ? cause.code : 'unknown reason';
        throw new AppError('cloud-unreachable', `The cloud at ${origin(base)} cannot be reached (${reason}).`, {
          cause,
        });
      }
    },
    close() {
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}

const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
const origin = (url: string): string => new URL(url).origin;
