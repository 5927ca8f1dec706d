import { agentEndpoints, type HeartbeatRequest, type SourceHealth } from '@nucleus/shared/wire/agents';
import type { Bindings } from '../state/bindings.ts';
import type { Outbox } from '../state/outbox.ts';
import type { SourceReason } from '../state/rows.ts';
import type { CloudGate } from './cloud-gate.ts';
import { judgeReply } from './judge-reply.ts';

export interface HeartbeatParts {
  agentId: string;
  gate: CloudGate;
  bindings: Bindings;
  outbox: Outbox;
  now: () => number;
  /** Why syncing has paused a source. */
  pauseReason: (alias: string) => SourceReason | undefined;
  /** Seconds for which the source has owed something without a break. */
  lagS: (alias: string) => number;
}

/** Counts and enums of every source: no path, no name, no text. */
function describeHealth(parts: Omit<HeartbeatParts, 'gate' | 'now'>): HeartbeatRequest {
  const { bindings, outbox } = parts;
  const sources = bindings.listSources().map((row): SourceHealth => {
    const paused = row.state === 'suspended' ? undefined : parts.pauseReason(row.alias);
    const { not_regular: _, ...counts } = bindings.counts(row.source_no);
    const verified = bindings.findMark(`verified_day:${row.alias}`);
    return {
      alias: row.alias,
      state: paused ? 'paused' : row.state,
      reason: paused ?? row.reason,
      watch: bindings.watchOf(row.alias),
      ...counts,
      queued: outbox.queued(row.source_no),
      dead_letters: outbox.deadLetters(row.source_no),
      lag_s: parts.lagS(row.alias),
      ...(verified === undefined ? {} : { verified_day: verified }),
    };
  });
  return { agent_id: parts.agentId, sources };
}

/** Sends one. @throws AppError as the gate and {@link judgeReply} throw. */
export async function sendHeartbeat(
  parts: HeartbeatParts,
  signal: AbortSignal,
): Promise<{ storeEpoch: string; approved: boolean }> {
  const reply = await parts.gate.send({ kind: 'heartbeat', body: describeHealth(parts) }, signal);
  const { store_epoch, approved } = judgeReply(reply, agentEndpoints.heartbeat.reply, parts.now());
  return { storeEpoch: store_epoch, approved };
}
