/**
 * The one gate: nothing leaves the agent but what `send` lets through. In this order: the body was sealed here (closed schema of the source's
 * level, canonical JSON), its ledger line is on disk, then it is sent; the answer becomes a result line.
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { AppError } from '@nucleus/shared/failure/app-error';
import { capacityViolations } from '@nucleus/shared/record/capacity';
import type { UnsealedChange } from '../record/unsealed-change.ts';
import type { RawReply, Transport } from './cloud-request.ts';
import type { Ledger } from './ledger.ts';
import { createSeal, type EgressPolicy, type PlainRequest, type SealedLine, type SealedRequest } from './seal.ts';

/** Lowest level that still shrinks records to a fifth; higher ones cost more time than they save here. */
const gzipLevel = 2;

/** What a batch needs beside its body; part of the query, so that the body is the same in `plan`. */
export interface BatchSession {
  fence: number;
  storeEpoch: string;
}

/** A batch whose bytes are ready to go. */
export interface PreparedBatch {
  readonly request: SealedRequest;
  readonly gzipped: Buffer;
}

export interface Gate {
  /** @throws AppError `egress-refused`. */
  sealChange(source: string, change: UnsealedChange): SealedLine;
  headBytes(source: string): number;
  /** Seals and compresses, off the event loop; may run while another batch is on its way. */
  prepareBatch(source: string, lines: readonly SealedLine[]): Promise<PreparedBatch>;
  /** @throws AppError `egress-refused`, `ledger-full`, `ledger-broken` (nothing was sent) or `cloud-unreachable`. */
  sendBatch(batch: PreparedBatch, session: BatchSession, signal?: AbortSignal): Promise<RawReply>;
  /** Same errors as {@link sendBatch}. */
  send(request: PlainRequest, signal?: AbortSignal): Promise<RawReply>;
  close(): void;
}

/**
 * Opens the gate.
 * @throws AppError `egress-refused` when the schemas let more pixel-derived bits through than the levels promise.
 */
export function openGate(
  policy: EgressPolicy,
  ledger: Pick<Ledger, 'append' | 'appendResult'>,
  transport: Transport,
): Gate {
  const violations = capacityViolations();
  if (violations.length > 0)
    throw new AppError('egress-refused', `The outgoing schema is over its budget: ${violations.join('; ')}.`);
  const seal = createSeal(policy);

  async function leave(
    request: SealedRequest,
    path: string,
    wire: Buffer,
    gzipped: boolean,
    signal?: AbortSignal,
  ): Promise<RawReply> {
    if (!seal.made(request))
      throw new AppError('egress-refused', 'The egress gate refused a body that it did not make.');
    signal?.throwIfAborted();
    const { n } = await ledger.append({ kind: request.kind, urlPath: path, body: request.body });
    const method = request.kind === 'manifest' ? 'GET' : 'POST';
    const type = request.kind === 'changes' ? 'application/x-ndjson' : 'application/json';
    const reply = await transport.exchange({ method, path, body: wire, type, gzipped }, signal);
    await ledger.appendResult(n, reply.status);
    return reply;
  }

  return {
    sealChange: seal.change,
    headBytes: seal.headBytes,
    async prepareBatch(source, lines) {
      const request = seal.batch(source, lines);
      return { request, gzipped: await promisify(gzip)(request.body, { level: gzipLevel }) };
    },
    sendBatch(batch, { fence, storeEpoch }, signal) {
      const query = new URLSearchParams({ fence: String(fence), store_epoch: storeEpoch });
      return leave(batch.request, `${batch.request.path}?${query}`, batch.gzipped, true, signal);
    },
    send(request, signal) {
      const sealed = seal.request(request);
      return leave(sealed, sealed.path, sealed.body, false, signal);
    },
    close: () => transport.close(),
  };
}
