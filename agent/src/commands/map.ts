import { displayPath } from '../record/display-path.ts';
import { type DataFlags, dataFolder, withState } from './data-folder.ts';
import { printJson, type Terminal } from './terminal.ts';

interface Mapped {
  alias: string;
  path: Buffer;
  reference_id: string;
}

/** Prints path and reference id of every live item as CSV, for people who meet pseudonyms in the cloud. Local only. */
export function printMap(flags: DataFlags & { source?: string }, terminal: Terminal, workingDir: string): number {
  const rows = withState(dataFolder(flags, workingDir), (state) => {
    const live = state.prepare<{ alias: string | null }, Mapped>(
      `select s.alias, i.path, i.reference_id from items i join sources s using (source_no)
       where i.presence = 'live' and (@alias is null or s.alias = @alias) order by s.alias, i.path`,
    );
    terminal.out('source,path,reference_id\r\n');
    let count = 0;
    for (const { alias, path, reference_id } of live.iterate({ alias: flags.source ?? null })) {
      terminal.out(`${[alias, displayPath(path), reference_id].map(csvCell).join(',')}\r\n`);
      count += 1;
    }
    return count;
  });
  if (flags.json) printJson(terminal, { items: rows });
  return 0;
}

/** A cell that no spreadsheet takes for a formula; quoted where CSV needs it. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
