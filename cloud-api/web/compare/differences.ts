/** What two items say field by field. Pure. */
import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';

export interface FieldPair {
  field: string;
  /** As text; a dash where the item does not say. */
  first: string;
  second: string;
  isEqual: boolean;
}

const absent = '–';

/** All fields of either item: its dimensions first, then metadata by name. */
export function differences(first: DatasetItem, second: DatasetItem): FieldPair[] {
  const names = [...new Set([...Object.keys(first.metadata), ...Object.keys(second.metadata)])].toSorted();
  const pair = (field: string, a: string, b: string): FieldPair => ({ field, first: a, second: b, isEqual: a === b });
  return [
    pair('width × height', size(first), size(second)),
    ...names.map((name) => pair(name, spelled(first.metadata[name]), spelled(second.metadata[name]))),
  ];
}

/** Bits in which two perceptual hashes differ, 0 to 64; undefined when one has none. */
export function bitsApart(first: string | undefined, second: string | undefined): number | undefined {
  if (first === undefined || second === undefined) return undefined;
  return [...first].filter((bit, at) => bit !== second[at]).length;
}

function size({ width, height }: DatasetItem): string {
  return width === undefined || height === undefined ? absent : `${width} × ${height}`;
}

function spelled(value: unknown): string {
  if (value === undefined || value === null) return absent;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
