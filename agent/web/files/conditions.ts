/** What the folder tree and the list of states write into the query, and read from it. Pure. */
import { joinQueries, readChips, writeChips } from '@nucleus/shared/query/chips';
import { spellWord } from '@nucleus/shared/query/completion-context';
import { viewerShorthands } from '@nucleus/shared/wire/viewer';

/** The value that a query compares a field with by `=`, in a condition of its own; undefined when there is none, or more than one. */
export function chosenValue(query: string, field: string): string | undefined {
  const found = (readChips(query, viewerShorthands) ?? []).filter(
    (chip) => chip.field === field && chip.operator === '=',
  );
  return found.length === 1 ? found[0]?.value : undefined;
}

/** The query with these fields compared with these values and nothing else of them; undefined takes a field out. */
export function withValues(query: string, values: Readonly<Record<string, string | undefined>>): string {
  const wanted = Object.entries(values)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([field, value]) => `${field} = ${spellWord(value)}`)
    .join(' AND ');
  const chips = readChips(query, viewerShorthands);
  const kept = chips === undefined ? query : writeChips(chips.filter(({ field }) => !(field in values)));
  if (wanted === '') return kept;
  return kept === '' ? wanted : joinQueries(kept, wanted, viewerShorthands).text;
}

/** The pattern of everything below a folder. */
export function belowFolder(folder: string): string {
  return `${folder}/**`;
}

/** The folder of such a pattern. */
export function folderOf(pattern: string | undefined): string | undefined {
  return pattern?.endsWith('/**') && !/[*?]/.test(pattern.slice(0, -3)) ? pattern.slice(0, -3) : undefined;
}
