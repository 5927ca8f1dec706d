import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import ipaddr from 'ipaddr.js';

/** The viewer passcode that clients on a LAN enter: kept as a scrypt hash, guessed at most ten times an hour from one address. */

interface Cost {
  N: number;
  r: number;
  p: number;
}
/** 32 MiB and about 60 ms a try. */
const cost: Cost = { N: 32_768, r: 8, p: 1 };
const hashBytes = 32;

/** Spells a passcode as `scrypt$N$r$p$salt$hash`, for the configuration folder of the agent. */
export async function hashPasscode(passcode: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(passcode, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Whether `passcode` is the one behind `spelled`. @throws RangeError when `spelled` is not of {@link hashPasscode}. */
export async function isPasscode(passcode: string, spelled: string): Promise<boolean> {
  const [kind, N, r, p, salt, hash] = spelled.split('$');
  if (kind !== 'scrypt' || salt === undefined || hash === undefined) throw new RangeError('not a passcode hash');
  const expected = Buffer.from(hash, 'base64url');
  const found = await derive(passcode, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  return expected.length === hashBytes && timingSafeEqual(found, expected);
}

function derive(passcode: string, salt: Buffer, { N, r, p }: Cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passcode.normalize('NFC'), salt, hashBytes, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

const hourSeconds = 3600;
const pauseSeconds = 15 * 60;
const triesAnHour = 10;
const maxAddresses = 10_000;

export interface Attempts {
  /** Counts one try; the seconds to wait when this address has had its tries, else 0. */
  count(address: string): number;
  /** A try that succeeded is forgotten with those before it. */
  forgive(address: string): void;
}

/**
 * Ten tries an hour for an address, then a pause of 15 minutes. A try counts before it is judged, so parallel guesses gain nothing.
 * @param now seconds since 1970.
 */
export function limitAttempts(now: () => number): Attempts {
  const seen = new Map<string, { since: number; tries: number; pausedUntil: number }>();
  return {
    count(address) {
      const name = networkOf(address);
      const time = now();
      let entry = seen.get(name);
      if (entry && entry.pausedUntil > time) return Math.ceil(entry.pausedUntil - time);
      if (!entry || time - entry.since >= hourSeconds || entry.pausedUntil > 0)
        entry = { since: time, tries: 0, pausedUntil: 0 };
      entry.tries += 1;
      if (entry.tries > triesAnHour) entry.pausedUntil = time + pauseSeconds;
      seen.delete(name);
      seen.set(name, entry);
      if (seen.size > maxAddresses) seen.delete(seen.keys().next().value as string);
      return entry.pausedUntil > time ? pauseSeconds : 0;
    },
    forgive: (address) => void seen.delete(networkOf(address)),
  };
}

/** One IPv6 host has a /64 to itself; IPv4 counts by address. */
function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv6' ? parsed.toByteArray().slice(0, 8).join('.') : parsed.toString();
}
