/** Which authorities and origins this agent answers to. Pure: built once at start, asked before any routing. */

/** An address to listen at. */
export interface ListenAddress {
  /** Without brackets. */
  host: string;
  port: number;
}

const defaultPorts: Record<string, number> = { 'http:': 80, 'https:': 443 };

/** Parses `HOST:PORT`, IPv6 in brackets. @throws RangeError when it is something else. */
export function parseListen(listen: string): ListenAddress {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/i.exec(listen);
  const port = Number(parts?.[3]);
  const host = parts?.[1] ?? parts?.[2];
  if (host === undefined || port > 65_535) throw new RangeError(`${listen} is not HOST:PORT`);
  return { host: host.toLowerCase(), port };
}

/** `host:port`, IPv6 in brackets. */
export function spellAuthority(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether a host name or address means this very machine, by its spelling. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Whether a peer's address is loopback; IPv4 may come mapped into IPv6. */
export function isLoopbackPeer(address: string | undefined): boolean {
  return address !== undefined && isLoopbackHost(address.replace(/^::ffff:/i, ''));
}

const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::';

export interface OwnNames {
  /** Values of `Host` that are answered, lower case. Anything else is 421. */
  authorities: ReadonlySet<string>;
  /** Origins of pages that this agent serves itself. */
  origins: ReadonlySet<string>;
  /** Whether everything that reaches this agent must come from this machine: it listens on loopback and is published as loopback. */
  isLocalOnly: boolean;
}

/**
 * The names of an agent that listens at `listen` and is published as `publicUrl`. A wildcard address is no name; loopback names
 * count where the listener is reached through loopback.
 * @param scheme how it is listened for.
 */
export function ownNames(listen: ListenAddress, publicUrl: string, scheme: 'http:' | 'https:' = 'http:'): OwnNames {
  const authorities = new Set<string>();
  const origins = new Set<string>();
  const add = (protocol: string, host: string, port: number): void => {
    authorities.add(spellAuthority(host, port));
    const isDefault = defaultPorts[protocol] === port;
    // browsers leave the default port out, other clients may not
    if (isDefault) authorities.add(spellAuthority(host, port).replace(/:\d+$/, ''));
    origins.add(
      `${protocol}//${isDefault ? spellAuthority(host, port).replace(/:\d+$/, '') : spellAuthority(host, port)}`,
    );
  };
  const published = new URL(publicUrl);
  const publishedHost = published.hostname.replace(/^\[|\]$/g, '');
  add(published.protocol, publishedHost, Number(published.port || defaultPorts[published.protocol]));
  if (!isWildcard(listen.host)) add(scheme, listen.host, listen.port);
  const throughLoopback = isLoopbackHost(listen.host) || isWildcard(listen.host);
  if (throughLoopback) for (const host of ['localhost', '127.0.0.1', '::1']) add(scheme, host, listen.port);
  return {
    authorities,
    origins,
    isLocalOnly: isLoopbackHost(listen.host) && isLoopbackHost(publishedHost),
  };
}

/** Request line and headers as they came; `rawHeaders` alternates names and values. */
export interface RequestHead {
  url: string;
  rawHeaders: readonly string[];
}

/** Whether the one Host header is one of `authorities`. */
export function isForUs(rawHeaders: readonly string[], authorities: ReadonlySet<string>): boolean {
  let host: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length !== 4 || name.toLowerCase() !== 'host') continue;
    if (host !== undefined) return false;
    host = rawHeaders[i + 1] as string;
  }
  return host !== undefined && (authorities.has(host) || authorities.has(host.toLowerCase()));
}

/**
 * The target in origin form (`/path?query`) when the request is for one of `authorities`; undefined when it is for somebody else,
 * for nobody (no Host), or for two at once. An absolute-form target must be allowed beside the Host header.
 */
export function ownTarget(head: RequestHead, authorities: ReadonlySet<string>): string | undefined {
  if (!isForUs(head.rawHeaders, authorities)) return undefined;
  if (head.url.startsWith('/')) return head.url;
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/i.exec(head.url);
  if (!absolute || !authorities.has((absolute[1] as string).toLowerCase())) return undefined;
  const rest = absolute[2] as string;
  return rest.startsWith('/') ? rest : `/${rest}`;
}
