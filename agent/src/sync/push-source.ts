/** Sends all that one source owes, batch after batch; while one is on its way the next is prepared. */
import { AppError } from '@nucleus/shared/failure/app-error';
import { type Ack, agentEndpoints, maxBatchChanges } from '@nucleus/shared/wire/agents';
import type { RecordPolicy } from '../record/build-record.ts';
import type { Outbox, Settled } from '../state/outbox.ts';
import type { CloudGate, GateLine } from './cloud-gate.ts';
import { judgeReply } from './judge-reply.ts';
import { cutBatch } from './push-outbox.ts';

/** After so many changes refused one by one, with none accepted, the request as such is at fault and nothing is thrown away. */
const lonelyRefusals = 8;
/** Batches on their way: the cloud works on one and has the next, while this side settles the one before and spells another. */
const batchesAtOnce = 3;
/** Rounds in which only stale answers came back. */
const fruitlessRounds = 5;

export interface PushParts {
  gate: CloudGate;
  outbox: Outbox;
  now: () => number;
  onSettled: (alias: string, settled: Settled) => void;
}

export interface PushTarget {
  sourceNo: number;
  policy: RecordPolicy;
  fence: number;
  storeEpoch: string;
}

interface Ready {
  lines: GateLine[];
  lastRef: string;
  body: Promise<unknown>;
}

/**
 * Sends until the source owes nothing. Returns how many changes were settled, in whatever way.
 * @throws AppError as {@link judgeReply} and the gate throw; what was answered before is settled by then.
 */
export async function pushSource(parts: PushParts, target: PushTarget, signal: AbortSignal): Promise<number> {
  let settled = 0;
  for (const which of ['rekeys', 'others'] as const) {
    for (let fruitless = 0; !signal.aborted; ) {
      const round = await pushRound(parts, target, which, signal);
      settled += round.acknowledged + round.rejected;
      if (round.acknowledged + round.rejected + round.requeued === 0) break;
      fruitless = round.acknowledged + round.rejected > 0 ? 0 : fruitless + 1;
      if (fruitless >= fruitlessRounds)
        throw new AppError('cloud-refused', 'The cloud calls every change stale and never takes one.');
    }
  }
  return settled;
}

/** Once through the outbox, from the first reference id to the last. */
async function pushRound(
  parts: PushParts,
  target: PushTarget,
  which: 'rekeys' | 'others',
  signal: AbortSignal,
): Promise<Settled> {
  const sum: Settled = { acknowledged: 0, requeued: 0, rejected: 0 };
  const count = (settled: Settled): void => {
    sum.acknowledged += settled.acknowledged;
    sum.requeued += settled.requeued;
    sum.rejected += settled.rejected;
    parts.onSettled(target.policy.alias, settled);
  };
  const onTheirWay: Promise<void>[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  try {
    for (let after = ''; !signal.aborted; ) {
      const ready = prepare(parts, target, which, after, count);
      if (!ready) break;
      after = ready.lastRef;
      // a smaller one is spelled sooner, and leaves in its turn all the same
      const inTurn = Promise.allSettled([turn]).then(() => ready.body);
      turn = inTurn;
      const sending = inTurn.then((batch) => deliver(parts, target, ready.lines, batch, signal, count));
      // its failure is met when its turn comes
      sending.catch(() => undefined);
      onTheirWay.push(sending);
      // lets the ledger's write start before this thread is busy with spelling the next one
      await new Promise((done) => setImmediate(done));
      if (onTheirWay.length >= batchesAtOnce) await onTheirWay.shift();
    }
    while (onTheirWay.length > 0) await onTheirWay.shift();
    return sum;
  } finally {
    // what was answered counts, whatever became of the batch before it
    await Promise.allSettled(onTheirWay);
  }
}

function prepare(
  parts: PushParts,
  target: PushTarget,
  which: 'rekeys' | 'others',
  after: string,
  count: (settled: Settled) => void,
): Ready | null {
  const { gate, outbox } = parts;
  for (let from = after; ; ) {
    const batch = cutBatch(outbox.read(target.sourceNo, which, from, maxBatchChanges), gate, target.policy);
    if (!batch) return null;
    for (const { ref, rev, code } of batch.refused) outbox.bury(target.sourceNo, ref, rev, code);
    if (batch.refused.length > 0) count({ acknowledged: 0, requeued: 0, rejected: batch.refused.length });
    from = batch.lastRef;
    if (batch.lines.length === 0) continue;
    const body = gate.prepareBatch(target.policy.alias, batch.lines);
    body.catch(() => undefined);
    return { lines: batch.lines, lastRef: batch.lastRef, body };
  }
}

/** Sends one batch and settles its answer; a batch that is too large or holds a poisonous change is halved until it is found. */
async function deliver(
  parts: PushParts,
  target: PushTarget,
  lines: readonly GateLine[],
  body: unknown,
  signal: AbortSignal,
  count: (settled: Settled) => void,
): Promise<void> {
  const bury = (line: GateLine, code: string): void => {
    parts.outbox.bury(target.sourceNo, line.ref, line.rev, code);
    count({ acknowledged: 0, requeued: 0, rejected: 1 });
  };
  const poisonous: GateLine[] = [];
  let accepted = 0;

  async function attempt(part: readonly GateLine[], prepared: unknown): Promise<void> {
    try {
      const settled = await exchange(parts, target, part, prepared, signal);
      accepted += part.length;
      count(settled);
    } catch (error) {
      if (!(error instanceof AppError) || (error.code !== 'body-too-large' && error.code !== 'invalid-request'))
        throw error;
      const [only] = part;
      if (part.length === 1 && only) {
        if (error.code === 'body-too-large') return bury(only, error.code);
        poisonous.push(only);
        if (accepted === 0 && poisonous.length >= lonelyRefusals)
          throw new AppError('cloud-refused', 'The cloud refuses every change, whatever it is.');
        return;
      }
      const middle = Math.ceil(part.length / 2);
      for (const half of [part.slice(0, middle), part.slice(middle)]) {
        await attempt(half, await parts.gate.prepareBatch(target.policy.alias, half));
      }
    }
  }

  await attempt(lines, body);
  if (accepted === 0 && poisonous.length > 1)
    throw new AppError('cloud-refused', 'The cloud refuses every change, whatever it is.');
  for (const line of poisonous) bury(line, 'request-refused');
}

async function exchange(
  parts: PushParts,
  target: PushTarget,
  lines: readonly GateLine[],
  body: unknown,
  signal: AbortSignal,
): Promise<Settled> {
  const reply = await parts.gate.sendBatch(body, { fence: target.fence, storeEpoch: target.storeEpoch }, signal);
  const { acks } = judgeReply(reply, agentEndpoints.pushChanges.reply, parts.now());
  if (acks.length !== lines.length || !acks.every((ack, i) => isAnswerTo(ack, lines[i]))) {
    throw new AppError('cloud-refused', 'The cloud’s acknowledgements do not match what was sent.');
  }
  return parts.outbox.settle(target.sourceNo, lines, acks);
}

function isAnswerTo(ack: Ack, line: GateLine | undefined): boolean {
  return ack.ref === line?.ref && ack.rev === line.rev && (ack.status !== 'stale' || ack.current !== undefined);
}
