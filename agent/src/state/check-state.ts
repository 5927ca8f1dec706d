/** A state that a crash or a bad disk has damaged: found at the start, set aside, and made anew from the disk and the cloud. */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import { openState, type State } from './open-state.ts';

/** There while nobody has the state open, so that only what was left behind by a crash has to be checked. */
const cleanMark = 'closed';

/**
 * Opens the state, checking it when it was not closed in order. One that is damaged is renamed and another begun: ids come back from the
 * cloud, everything else from the folders.
 * @param onSetAside called with the name that the damaged one has now.
 * @throws AppError as {@link openState}.
 */
export function openCheckedState(dataDir: string, onSetAside: (name: string) => void): State {
  const mark = join(dataDir, 'state', cleanMark);
  const wasClosed = existsSync(mark);
  rmSync(mark, { force: true });
  let state: State | undefined;
  try {
    state = openState(dataDir);
    if (wasClosed || state.pragma('quick_check(1)', { simple: true }) === 'ok') return state;
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  state?.close();
  const name = freeName(dataDir);
  renameSync(join(dataDir, 'state'), join(dataDir, name));
  onSetAside(name);
  return openState(dataDir);
}

/** Closes what {@link openCheckedState} opened. */
export function closeState(state: State, dataDir: string): void {
  state.close();
  writeFileSync(join(dataDir, 'state', cleanMark), '', { mode: 0o600 });
}

/**
 * Whether a failure means that what this process believes of the disk may be false: damage, or a flush that failed, after which the
 * kernel may forget what it could not write. Such a process ends and starts again from what is on the disk.
 */
export function isDiskLying(error: unknown): boolean {
  return (
    isDamage(error) ||
    hasCode(error, /^SQLITE_IOERR_(DIR_)?FSYNC$/) ||
    (error instanceof AppError && error.code === 'ledger-broken')
  );
}

const isDamage = (error: unknown): boolean => hasCode(error, /^SQLITE_(CORRUPT|NOTADB)/);

function hasCode(error: unknown, pattern: RegExp): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && pattern.test(String(error.code))) || hasCode(error.cause, pattern);
}

function freeName(dataDir: string): string {
  for (let n = 1; ; n++) if (!existsSync(join(dataDir, `state.damaged-${n}`))) return `state.damaged-${n}`;
}
