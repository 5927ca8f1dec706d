/** What one registration gave: the store's epoch and, for each source, whether and how it may push. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { ErrorCode } from '@nucleus/shared/failure/error-codes';
import { agentEndpoints, type RegisterRequest } from '@nucleus/shared/wire/agents';
import type { Bindings } from '../state/bindings.ts';
import type { SourceReason } from '../state/rows.ts';
import type { CloudGate } from './cloud-gate.ts';
import { judgeReply } from './judge-reply.ts';

export interface CloudSession {
  storeEpoch: string;
  /** The store is not the one that the last session met, or holds less of a source than it acknowledged: compare before pushing on. */
  mustConverge: boolean;
  sources: { alias: string; fence: number }[];
  /** Sources whose dataset was deleted in the cloud. */
  gone: string[];
}

/** Registers and keeps the bindings. The epoch is marked only once the comparison that it asks for is done, so that a kill in between loses none. @throws AppError as the gate and {@link judgeReply} throw. */
export async function registerAgent(
  parts: { gate: CloudGate; bindings: Bindings; registration: RegisterRequest; now: () => number },
  signal: AbortSignal,
): Promise<CloudSession> {
  const { gate, bindings, registration } = parts;
  const reply = judgeReply(
    await gate.send({ kind: 'register', body: registration }, signal),
    agentEndpoints.registerAgent.reply,
    parts.now(),
  );
  const before = bindings.findMark('store_epoch');
  const asked = new Set(registration.sources.map(({ alias }) => alias));
  const known = reply.sources.filter(({ alias }) => asked.has(alias));
  if (known.length !== asked.size) throw new AppError('cloud-refused', 'The cloud’s registration leaves out a source.');
  const gone = known.filter(({ dataset_gone }) => dataset_gone).map(({ alias }) => alias);
  for (const { alias, source_id, dataset_id, fence } of known)
    bindings.bind({ alias, sourceId: source_id, datasetId: dataset_id, fence });
  return {
    storeEpoch: reply.store_epoch,
    // no mark and yet revisions in the cloud: this agent's own state was lost
    mustConverge: before === undefined ? known.some(({ high_rev }) => high_rev > 0) : before !== reply.store_epoch,
    sources: known.map(({ alias, fence }) => ({ alias, fence })).filter(({ alias }) => !gone.includes(alias)),
    gone,
  };
}

/** Failures that stop a source, or all of them, until somebody does something; what is shown for each. */
const pausing = {
  'superseded': { reason: 'superseded', sentence: 'another agent has taken over this source' },
  'dataset-gone': {
    reason: 'dataset-gone',
    sentence: 'its dataset was deleted in the cloud; start with --recreate for a new one',
  },
  'unauthenticated': { reason: 'key-refused', sentence: 'the cloud refuses the API key' },
  'forbidden': { reason: 'key-refused', sentence: 'the API key may not push' },
  'agent-not-approved': { reason: 'not-approved', sentence: 'an administrator of the cloud has to approve this agent' },
} as const satisfies Partial<Record<ErrorCode, { reason: SourceReason; sentence: string }>>;

/** What of a failure is shown as a paused source; undefined when it is none of that kind. */
export function pauseOf(error: unknown): { reason: SourceReason; sentence: string } | undefined {
  return error instanceof AppError && Object.hasOwn(pausing, error.code)
    ? pausing[error.code as keyof typeof pausing]
    : undefined;
}
