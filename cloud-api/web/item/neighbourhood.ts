/** What stands before and after an item: in time, or by name in its folder. Pure. */
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';

export const lines = ['time', 'folder'] as const;
/** The line that items stand in. */
export type Line = (typeof lines)[number];

export interface Neighbourhood {
  /** Sorts the line; where it is a field of times, a neighbour's value tells how far away it is. */
  field: string;
  /** Queries for what is before and after; the item itself may be in the latter. */
  before: string;
  after: string;
}

const timeFields = ['capture_local', 'capture_time'];

/** Undefined where the item stands in no such line: no time is known, or its name is a pseudonym. */
export function neighbourhoodOf(line: Line, item: DatasetItem): Neighbourhood | undefined {
  if (line === 'folder') return inFolder(item.reference_id);
  const field = timeFields.find((name) => typeof item.metadata[name] === 'string');
  if (field === undefined) return undefined;
  const time = quoted(String(item.metadata[field]));
  return { field, before: `${field} < ${time}`, after: `${field} >= ${time}` };
}

function inFolder(name: string): Neighbourhood | undefined {
  if (/^p_[0-9a-f]{32}/.test(name)) return undefined;
  const field = 'reference_id';
  const folder = name.slice(0, name.lastIndexOf('/'));
  // whatever begins with `folder/` sorts before `folder0`: 0 is the character after the slash
  const inside = name.includes('/')
    ? [`${field} >= ${quoted(`${folder}/`)}`, `${field} < ${quoted(`${folder}0`)}`]
    : [];
  return {
    field,
    before: [...inside.slice(0, 1), `${field} < ${quoted(name)}`].join(' AND '),
    after: [`${field} > ${quoted(name)}`, ...inside.slice(1)].join(' AND '),
  };
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** How far a time is from another, in words: `3 min before`. */
export function awayWords(from: string, to: string): string {
  const seconds = Math.round((Date.parse(to) - Date.parse(from)) / 1000);
  if (Number.isNaN(seconds)) return '';
  if (seconds === 0) return 'same time';
  return `${span(Math.abs(seconds))} ${seconds < 0 ? 'before' : 'after'}`;
}

function span(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  const days = Math.round(seconds / 86_400);
  return days < 730 ? `${days} days` : `${Math.round(days / 365)} years`;
}
