/** One line of the egress ledger: what it holds, how lines chain, and what makes a line false. Pure. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '@nucleus/shared/record/canonical-json';
import { z } from 'zod';

/** `prev` of the first line of a ledger. */
export const genesisHash = '0'.repeat(64);

/** What may leave. `result` lines say how an attempt ended. */
export const outgoingKinds = ['register', 'heartbeat', 'changes', 'manifest'] as const;
export type OutgoingKind = (typeof outgoingKinds)[number];

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const place = { n: z.int().min(1), at: z.iso.datetime(), prev: Hash, hash: Hash };

/** An attempt, written and fsynced before a byte of it is sent. `body` is base64 of the bytes before content-encoding. */
const AttemptLine = z.strictObject({
  ...place,
  kind: z.enum(outgoingKinds),
  url_path: z.string(),
  body: z.base64(),
  sha256: Hash,
});
export type AttemptLine = z.infer<typeof AttemptLine>;

/** How attempt `of` ended: the status of the answer. An attempt without one had no answer. */
const ResultLine = z.strictObject({
  ...place,
  kind: z.literal('result'),
  of: z.int().min(1),
  status: z.int().min(100).max(599),
});
export type ResultLine = z.infer<typeof ResultLine>;

export type LedgerLine = AttemptLine | ResultLine;
type WithoutChain<T> = T extends LedgerLine ? Omit<T, 'prev' | 'hash'> : never;
export type UnchainedLine = WithoutChain<LedgerLine>;

/** Chains a line to `prev`: hash = SHA-256(prev as hex ‖ canonical JSON of the rest). Returns the line and its text without newline. */
export function chainLine(prev: string, rest: UnchainedLine): { line: LedgerLine; text: string } {
  const hash = chainHash(prev, rest);
  const line = { ...rest, prev, hash } as LedgerLine;
  return { line, text: canonicalJson(line) };
}

/** Where a line has to stand in the chain. */
export interface ChainPlace {
  n: number;
  prev: string;
}

/**
 * Reads a line and checks everything it claims: its spelling, its place, its own hash and, for an attempt, the hash of its body.
 * @returns the line, or one clause that says what is false.
 */
export function checkLine(text: string, expected: ChainPlace | null): { line: LedgerLine } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'is not JSON' };
  }
  const parsed = z.union([AttemptLine, ResultLine]).safeParse(value);
  if (!parsed.success) return { problem: 'does not have the form of a ledger line' };
  const line = parsed.data;
  if (canonicalJson(line) !== text) return { problem: 'is not in canonical form' };
  const { prev, hash, ...rest } = line;
  if (chainHash(prev, rest) !== hash) return { problem: 'does not match its own hash' };
  if (expected && line.prev !== expected.prev) return { problem: 'does not follow the line before it' };
  if (expected && line.n !== expected.n) return { problem: `has number ${line.n} where ${expected.n} was due` };
  if (line.kind !== 'result') {
    const body = Buffer.from(line.body, 'base64');
    if (body.toString('base64') !== line.body) return { problem: 'has a body that is not canonical base64' };
    if (sha256Hex(body) !== line.sha256) return { problem: 'has a body that does not match its SHA-256' };
  }
  return { line };
}

/** SHA-256 as 64 hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function chainHash(prev: string, rest: object): string {
  return createHash('sha256').update(prev).update(canonicalJson(rest)).digest('hex');
}
