import { join } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import { type LedgerFilter, showLedger } from '../egress/read-ledger.ts';
import { verifyLedger } from '../egress/verify-ledger.ts';
import { type DataFlags, dataFolder } from './data-folder.ts';
import { printJson, type Terminal } from './terminal.ts';

/** Checks every line. Exit 0 when all are true, 1 otherwise. */
export async function verify(flags: DataFlags, terminal: Terminal, workingDir: string): Promise<number> {
  const verdict = await verifyLedger(ledgerFolder(flags, workingDir));
  if (flags.json) printJson(terminal, verdict);
  else if (verdict.problem) terminal.out(`NOT INTACT: ${verdict.problem.sentence}\n`);
  else
    terminal.out(
      `Intact: ${verdict.lines} lines (${verdict.attempts} attempts), number ${verdict.first_n} to ${verdict.last_n}; last hash ${verdict.head}\n`,
    );
  return verdict.problem ? 1 : 0;
}

/** Prints lines of the ledger, bodies as text. Exit 1 when nothing fits. */
export async function show(
  filter: LedgerFilter,
  flags: DataFlags,
  terminal: Terminal,
  workingDir: string,
): Promise<number> {
  let lines = 0;
  let places = 0;
  for await (const line of showLedger(ledgerFolder(flags, workingDir), filter)) {
    lines += 1;
    places += line.count ?? 0;
    if (flags.json) printJson(terminal, line);
    else {
      const what = line.kind === 'result' ? `result of ${line.of}: ${line.status}` : `${line.kind} ${line.url_path}`;
      terminal.out(
        `#${line.n} ${line.at} ${what}${line.count === undefined ? '' : `, ${line.count} times`}\n${line.body === undefined || line.body === '' ? '' : `${line.body.trimEnd()}\n`}`,
      );
    }
  }
  if (flags.json) printJson(terminal, filter.text === undefined ? { lines } : { lines, places });
  else if (filter.text !== undefined) terminal.note(`${places} places in ${lines} attempts\n`);
  return lines > 0 ? 0 : 1;
}

/** A line number from an argument. */
export function lineNumber(text: string): number {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 1) throw new AppError('usage', 'A ledger line has a whole number of at least 1.');
  return n;
}

const ledgerFolder = (flags: DataFlags, workingDir: string): string => join(dataFolder(flags, workingDir), 'ledger');
