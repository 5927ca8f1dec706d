import { setTimeout as delay } from 'node:timers/promises';
import { setSourceState } from '../state/sources.ts';
import type { RunningSource } from './running-source.ts';

const lookAgainMs = 500;

/** Pauses the source, visibly, while the queue to the cloud is full; nothing is dropped. Resolves at once when there is room. */
export async function untilRoom(
  source: Pick<RunningSource, 'state' | 'sourceNo' | 'config' | 'isQueueFull' | 'signal' | 'log'>,
): Promise<void> {
  if (!source.isQueueFull()) return;
  setSourceState(source.state, source.sourceNo, 'paused', 'queue-full');
  source.log.warn({ alias: source.config.alias }, 'queue full, scanning pauses');
  while (source.isQueueFull() && !source.signal.aborted)
    await delay(lookAgainMs, undefined, { signal: source.signal }).catch(() => undefined);
  setSourceState(source.state, source.sourceNo, 'scanning', 'none');
}
