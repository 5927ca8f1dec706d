/**
 * The process-wide guard: whatever code runs here, also a library's, reaches the configured cloud, or the proxy on the way to it, and nothing else. It patches the
 * one place that every TCP and TLS client passes, the names that may be resolved, and UDP. Listening, accepted connections and unix sockets are not touched.
 * It guards against mistakes and curious libraries, not against native code; for that, restrict the process from outside.
 */
import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { AppError } from '@nucleus/shared/failure/app-error';

export interface GuardOptions {
  /** The one address that may be connected to: scheme, host and port count. Null: none at all. */
  cloudUrl: string | null;
  /** Instead of it, when everything goes through a proxy: then the cloud itself may not be connected to. */
  proxyUrl?: string | undefined;
  /** Further names that may be resolved, for listening on them. */
  listenNames?: readonly string[];
  /** Told of every refusal; never with a path or a body. */
  onRefused?: (what: 'connect' | 'lookup' | 'udp') => void;
}

type ConnectTarget = { path?: unknown; host?: unknown; port?: unknown; lookup?: unknown };

/** Installs the guard. Returns a function that removes it, for tests. */
export function installEgressGuard(options: GuardOptions): () => void {
  const target = options.cloudUrl === null ? null : (options.proxyUrl ?? options.cloudUrl);
  const allowed = target === null ? null : addressOf(target);
  const names = new Set(
    [...(allowed ? [allowed.host] : []), 'localhost', ...(options.listenNames ?? [])].map((name) => name.toLowerCase()),
  );
  const refuse = (what: 'connect' | 'lookup' | 'udp'): AppError => {
    options.onRefused?.(what);
    return new AppError(
      'egress-refused',
      `The egress guard refused a ${what}: this process may reach the configured cloud only.`,
    );
  };
  const undo: (() => void)[] = [];
  const patch = <T extends object, K extends keyof T>(target: T, key: K, make: (original: T[K]) => T[K]): void => {
    const original = target[key];
    target[key] = make(original);
    undo.push(() => {
      target[key] = original;
    });
  };

  patch(net.Socket.prototype, 'connect', (original) => {
    return function guardedConnect(this: net.Socket, ...args: unknown[]): net.Socket {
      const target = connectTarget(args);
      const isUnix = typeof target.path === 'string';
      const isOwnLookup = target.lookup === undefined || target.lookup === dns.lookup;
      const isAllowed =
        allowed !== null && hostOf(target.host) === allowed.host && Number(target.port) === allowed.port && isOwnLookup;
      if (!isUnix && !isAllowed) {
        const error = refuse('connect');
        queueMicrotask(() => this.destroy(error));
        return this;
      }
      return Reflect.apply(original as (...all: unknown[]) => net.Socket, this, args);
    } as typeof original;
  });

  const guardLookup = <F>(original: F): F =>
    function guardedLookup(this: unknown, name: string, ...rest: unknown[]): unknown {
      if (net.isIP(name) !== 0 || names.has(name.toLowerCase()) || name === '') {
        return Reflect.apply(original as (...all: unknown[]) => unknown, this, [name, ...rest]);
      }
      const error = refuse('lookup');
      const callback = rest.at(-1);
      if (typeof callback === 'function') return queueMicrotask(() => callback(error));
      return Promise.reject(error);
    } as F;
  patch(dns, 'lookup', guardLookup);
  patch(dns.promises, 'lookup', guardLookup);

  // resolvers of their own send packets of their own; nothing here needs one
  const refuseAll = () => () => {
    throw refuse('lookup');
  };
  for (const module of [dns, dns.promises] as unknown as Record<string, unknown>[]) {
    for (const name of Object.keys(module)) if (/^(resolve|reverse)/.test(name)) patch(module, name, refuseAll);
  }
  for (const resolver of [dns.Resolver.prototype, dns.promises.Resolver.prototype] as unknown as Record<
    string,
    unknown
  >[]) {
    for (const proto of [resolver, Object.getPrototypeOf(resolver) as Record<string, unknown>]) {
      for (const name of Object.getOwnPropertyNames(proto))
        if (/^(resolve|reverse)/.test(name)) patch(proto, name, refuseAll);
    }
  }
  for (const name of ['send', 'connect'] as const) {
    patch(dgram.Socket.prototype as unknown as Record<string, unknown>, name, () => () => {
      throw refuse('udp');
    });
  }
  syncBuiltinESMExports();
  return () => {
    for (const step of undo.toReversed()) step();
    syncBuiltinESMExports();
  };
}

/** The arguments of `Socket.connect` in any of its forms: (options), (path), (port, host), or the array that node normalises to. */
function connectTarget(args: unknown[]): ConnectTarget {
  const first = Array.isArray(args[0]) ? (args[0] as unknown[])[0] : args[0];
  if (typeof first === 'object' && first !== null) return first as ConnectTarget;
  if (typeof first === 'string' && !/^\d+$/.test(first)) return { path: first };
  return { port: first, host: typeof args[1] === 'string' ? args[1] : undefined };
}

const hostOf = (host: unknown): string =>
  typeof host === 'string' ? host.toLowerCase().replace(/^\[|\]$/g, '') : 'localhost';

function addressOf(url: string): { host: string; port: number } {
  const { hostname, port, protocol } = new URL(url);
  return { host: hostOf(hostname), port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) };
}
