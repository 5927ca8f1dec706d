import type { RegisterRequest } from '@nucleus/shared/wire/agents';
import type { OutgoingKind } from './ledger-line.ts';
import { createSeal, type EgressPolicy, type Seal, type SealedLine } from './seal.ts';

/** One body that a run would send. `path` is without the query that only the cloud can tell (fence, store epoch). */
export interface PlannedRequest {
  kind: OutgoingKind;
  source: string | null;
  path: string;
  body: Buffer;
}

/**
 * The bodies that a run would send now, in order and byte for byte: the registration, then the batches. They come out of the same seal as
 * the real ones; this module and what it imports can open no socket.
 * @param batches cuts what is owed, given the seal; the same function cuts for a run.
 */
export function* planRequests(
  policy: EgressPolicy,
  registration: RegisterRequest,
  batches: (seal: Seal) => Iterable<{ source: string; lines: readonly SealedLine[] }>,
): Generator<PlannedRequest> {
  const seal = createSeal(policy);
  yield seal.request({ kind: 'register', body: registration });
  for (const { source, lines } of batches(seal)) yield seal.batch(source, lines);
}
