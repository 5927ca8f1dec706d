import type { HeartbeatRequest, RegisterRequest } from '@nucleus/shared/wire/agents';

import type { UnsealedChange } from '../record/unsealed-change.ts';

/** What syncing needs of the egress gate. The composition root passes the real one; there is no other way out. */
export interface CloudGate<Line extends GateLine = GateLine, Batch = unknown> {
  /** @throws AppError `egress-refused`. */
  sealChange(source: string, change: UnsealedChange): Line;
  headBytes(source: string): number;
  prepareBatch(source: string, lines: readonly Line[]): Promise<Batch>;
  /** @throws AppError `ledger-full`, `ledger-broken`, `cloud-unreachable`, `cloud-refused`. */
  sendBatch(batch: Batch, session: { fence: number; storeEpoch: string }, signal?: AbortSignal): Promise<GateReply>;
  /** Same errors, and `egress-refused`. */
  send(request: GateRequest, signal?: AbortSignal): Promise<GateReply>;
}

export type GateRequest =
  | { kind: 'register'; body: RegisterRequest }
  | { kind: 'heartbeat'; body: HeartbeatRequest }
  | { kind: 'manifest'; source: string; prefix: string };

/** A checked change. `bytes` counts its newline. */
export interface GateLine {
  readonly ref: string;
  readonly rev: number;
  readonly digest: string | null;
  readonly bytes: number;
}

/** An answer as it came: unparsed, and possibly not from the cloud at all. */
export interface GateReply {
  status: number;
  /** Header `x-error-code`. */
  code: string | undefined;
  /** Header `retry-after`. */
  retryAfter: string | undefined;
  body: Buffer;
}
