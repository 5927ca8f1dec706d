import { createHmac } from 'node:crypto';
import type { NamesPolicy } from '@nucleus/shared/record/levels';

const maxPathBytes = 900;
const maxReferenceBytes = 1024;
const suffixBytes = 12; // room for `~` and a number

export interface NamingPolicy {
  alias: string;
  names: NamesPolicy;
  namesKey: Uint8Array;
}

/**
 * The reference id of a file first seen at `path` (contract 1): its path where that can be one, else an escaped or keyed form;
 * a pseudonym when names do not leave.
 * @param isTaken whether a live item or a tombstone that is kept has this id.
 */
export function referenceId(path: Uint8Array, policy: NamingPolicy, isTaken: (id: string) => boolean): string {
  for (let n = 1; ; n++) {
    const id = policy.names === 'pseudonym' ? pseudonym(path, policy, n) : numbered(pathReference(path, policy), n);
    if (!isTaken(id)) return id;
  }
}

function pseudonym(path: Uint8Array, policy: NamingPolicy, n: number): string {
  const mac = createHmac('sha256', policy.namesKey);
  mac.update(policy.alias).update('\0').update(path).update('\0').update(String(n));
  return `p_${mac.digest('hex').slice(0, 32)}`;
}

function numbered(id: string, n: number): string {
  return n === 1 ? id : `${id}~${n}`;
}

function pathReference(path: Uint8Array, policy: NamingPolicy): string {
  if (path.length <= maxPathBytes) {
    const text = decode(path);
    if (text !== undefined && !text.startsWith('~') && !/\p{Cc}/u.test(text)) return text;
    const escaped = `~b/${Array.from(path, escapeByte).join('')}`;
    if (escaped.length <= maxReferenceBytes - suffixBytes) return escaped;
  }
  const mac = createHmac('sha256', policy.namesKey).update(policy.alias).update('\0').update(path);
  return `~l/${mac.digest('hex').slice(0, 32)}`;
}

function decode(path: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(path);
  } catch {
    return undefined;
  }
}

function escapeByte(byte: number): string {
  const char = String.fromCharCode(byte);
  return /[A-Za-z0-9._/-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
