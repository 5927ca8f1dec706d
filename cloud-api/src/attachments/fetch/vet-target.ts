/** Decides whether an address may be fetched and resolves it, once, to the hosts that may be connected to. */
import ipaddr from 'ipaddr.js';
import { classifyAddress, normaliseAddress } from './address-class.ts';

/** How connections leave this machine. */
export interface Outbound {
  /** Address of this machine that connections are made from. */
  localAddress?: string | undefined;
  /** An HTTP proxy that takes CONNECT; a user and a password in it are sent as Basic credentials. */
  proxy?: URL | undefined;
}

/** What an address is judged by. */
export interface FetchPolicy {
  /** `host:port`, lower case, whose private addresses and port may be used. */
  allowed: ReadonlySet<string>;
  /** Every address of a name. Called once for each hop. */
  resolve: (hostname: string) => Promise<readonly string[]>;
  /** `host:port` of stores and token services that an administrator has named; only requests to those may use them. */
  stores?: ReadonlySet<string>;
  /** How connections leave. */
  outbound?: Outbound;
  /** Addresses of this machine, public ones too: no fetch may reach the host itself. */
  ownAddresses: () => ReadonlySet<string>;
}

/** A vetted hop: connect to one of `addresses`, nowhere else. */
export interface VettedTarget {
  url: URL;
  addresses: readonly [string, ...string[]];
  port: number;
  isLiteral: boolean;
}

const usualPorts = new Set([80, 443]);
const mostUrlLength = 4096;

/** A hop that is refused; `reason` is for tests and for people who read code, never for callers or logs. */
export class FetchRefusal extends Error {
  readonly reason: string;
  /** What a vetted host answered, when the answer is the reason. */
  readonly status: number | undefined;

  constructor(reason: string, status?: number) {
    super('the address cannot be fetched');
    this.name = 'FetchRefusal';
    this.reason = reason;
    this.status = status;
  }
}

/**
 * Vets one hop. @param from the hop that redirected here. @param isStore the address was made here for a store, not by a caller.
 * @throws FetchRefusal
 */
export async function vetTarget(text: string, policy: FetchPolicy, from?: URL, isStore = false): Promise<VettedTarget> {
  const url = readUrl(text, from);
  if (from?.protocol === 'https:' && url.protocol === 'http:') throw new FetchRefusal('downgrade');
  const isSecure = url.protocol === 'https:';
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  const hostname = url.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  const place = `${url.hostname.replace(/\.$/, '').toLowerCase()}:${port}`;
  const isAllowed = policy.allowed.has(place) || (isStore && policy.stores?.has(place) === true);
  if (!usualPorts.has(port) && !isAllowed) throw new FetchRefusal('port');
  const isLiteral = ipaddr.isValid(hostname);
  const found = isLiteral ? [hostname] : await policy.resolve(hostname);
  const addresses = found.map((address) => vetAddress(address, isAllowed, policy));
  const [first, ...rest] = addresses;
  if (first === undefined) throw new FetchRefusal('no address');
  return { url, addresses: [first, ...rest], port, isLiteral };
}

/** One bad answer refuses the name: which of them a socket would take is not ours to say. */
function vetAddress(text: string, isAllowed: boolean, policy: FetchPolicy): string {
  const address = normaliseAddress(text);
  const found = classifyAddress(text);
  if (address === undefined || found === 'never') throw new FetchRefusal('address');
  if (!isAllowed && (found === 'local' || policy.ownAddresses().has(address))) throw new FetchRefusal('address');
  return address;
}

function readUrl(text: string, from: URL | undefined): URL {
  if (text.length > mostUrlLength || !URL.canParse(text, from?.href)) throw new FetchRefusal('url');
  const url = new URL(text, from);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new FetchRefusal('scheme');
  if (url.username !== '' || url.password !== '') throw new FetchRefusal('userinfo');
  if (url.hostname === '') throw new FetchRefusal('url');
  return url;
}
